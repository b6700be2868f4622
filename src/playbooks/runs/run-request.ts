import { readFileSync, writeFileSync } from 'node:fs';
import { exitCodes, Problem } from '../../base/errors.ts';
import type { ClusterChoice } from '../../cluster/connection.ts';
import type { InputValue } from '../inputs.ts';
import type { CurrentInputs } from '../inputs-from-cluster.ts';
import type { StepPreview } from '../step-preview.ts';
import type { TakeOver } from './lock.ts';
import { runPaths } from './run-folder.ts';

/** What somebody asked to be run: `plan.json` in the run's folder. No secrets are in it. */
export interface RunRequest {
  version: 1;
  id: string;
  /** `<system>/<name>`. */
  playbook: string;
  /** The system that a shared playbook is run for; absent: the playbook's own. */
  system?: string | undefined;
  /** The folder that the console was started in. */
  workspace: string;
  /** Resolved; sensitive ones are not in it. */
  inputs: Record<string, InputValue>;
  /** What there was in the cluster in place of defaults when it was asked for; called playbooks take theirs from here. */
  current?: CurrentInputs | undefined;
  cluster: ClusterChoice;
  /** `bundled`; `workspace` for its `k8s/`; `any` for whichever of them is there; else a folder, by the workspace. */
  manifests: string;
  /** Answers yes to what is asked; what must be typed is still asked. */
  assumeYes: boolean;
  /** A person can be asked. Without one a question fails the step. */
  interactive: boolean;
  from?: string | undefined;
  only?: string | undefined;
  readOnly: boolean;
  /** The plan that was shown and accepted, by step id. A step that would then do something else asks first. */
  accepted?: Readonly<Record<string, StepPreview>> | undefined;
}

/** What a runner gets through its standard input, and what is never written down. */
export interface RunnerOrders {
  secrets: Record<string, string>;
  resume: boolean;
  assumeYes: boolean;
  interactive: boolean;
  /** The name of the context that somebody typed: what is production does not run without. */
  confirmedContext?: string | undefined;
  /** The dead run whose lock may be taken over. */
  takeOver?: TakeOver | undefined;
}

export function writeRequest(folder: string, request: RunRequest): void {
  writeFileSync(runPaths(folder).plan, `${JSON.stringify(request, undefined, 2)}\n`, { mode: 0o600 });
}

/** Throws `Problem` when the folder holds no run, or one of a newer program. */
export function readRequest(folder: string): RunRequest {
  const { plan } = runPaths(folder);
  let request: RunRequest;
  try {
    request = JSON.parse(readFileSync(plan, 'utf8')) as RunRequest;
  } catch (cause) {
    throw new Problem('There is no run in this folder', { where: plan, exitCode: exitCodes.usage, cause });
  }
  if (request.version === 1) return request;
  throw new Problem('A newer tars-console made this run', { where: plan, next: ['Use that one to resume it.'] });
}
