import { exitCodes, Problem } from '../base/errors.ts';
import { attachToFolder } from '../playbooks/runs/attach.ts';
import { findRun, isUnfinished, listRuns, type RunSummary } from '../playbooks/runs/list-runs.ts';
import { readRequest } from '../playbooks/runs/run-request.ts';
import { resumeRun } from '../playbooks/runs/start.ts';
import { logIn } from './log-in.ts';
import type { GlobalOptions } from './options.ts';
import { printNote } from './output.ts';
import { refuseChanges } from './refuse-changes.ts';
import { agreeToOutside, type ConsentOptions, confirmProduction } from './run-consents.ts';
import { followRun } from './run-follow.ts';
import { readGivenInputs } from './run-inputs.ts';
import { loadRun } from './run-loading.ts';
import { startOrTakeOver } from './take-over.ts';

export interface ResumeOptions extends GlobalOptions, ConsentOptions {
  takeOver?: string;
  yes?: boolean;
  setEnv?: string[];
  setFile?: string[];
  output?: 'text' | 'ndjson';
}

/** `resume [run]`: goes on where a run stopped; without a name with the newest unfinished one. */
export async function resumeCommand(args: string[], options: ResumeOptions): Promise<number> {
  const run = args[0] === undefined ? await newestUnfinished() : await findRun(args[0]);
  const { output = 'text' } = options;
  const interactive = process.stdin.isTTY === true && output === 'text';
  if (run.status !== 'running' && run.status !== 'waiting') refuseChanges(options, 'Resuming a run changes things');
  if (run.status === 'running' || run.status === 'waiting') printNote(`The run ${run.id} is going on.`);
  else {
    const given = readGivenInputs({ setEnv: options.setEnv ?? [], setFile: options.setFile ?? [] });
    const secrets = Object.fromEntries(given.map(({ name, value }) => [name, secretOf(run, name, String(value))]));
    // Of one that is done there is nothing to ask: to resume it is refused.
    if (run.status !== 'done') {
      printNote(`Resuming ${run.id}: ${run.title}`);
      await agreeToOutside(loadRun(readRequest(run.folder)), options, interactive);
    }
    const asked = { secrets, interactive, ...(options.yes ? { assumeYes: true } : {}) };
    const confirmedContext = await confirmProduction(run.cluster, options, interactive);
    await logIn(run.cluster);
    await startOrTakeOver((more) => resumeRun(run.id, { ...asked, ...more }), {
      ...{ takeOver: options.takeOver, interactive, confirmedContext },
    });
  }
  // Of a run that goes on, everything is told: its question may be among what was said before.
  const after = run.status === 'running' || run.status === 'waiting' ? 0 : run.state.seq;
  return followRun(attachToFolder(run.id, run.folder, 'terminal'), { output, owner: true, interactive, after });
}

async function newestUnfinished(): Promise<RunSummary> {
  const found = (await listRuns()).find(isUnfinished);
  if (found) return found;
  throw new Problem('No run is unfinished', { next: ['tars-console runs'], exitCode: exitCodes.usage });
}

function secretOf({ id, state }: RunSummary, name: string, value: string): string {
  const known = state.run?.sensitiveInputs ?? [];
  if (known.includes(name)) return value.replace(/\r?\n$/, '');
  throw new Problem(`${name} is no sensitive input of the run ${id}; the others stay as they were`, {
    next: [known.length > 0 ? `Sensitive: ${known.join(', ')}` : 'It has none.'],
    exitCode: exitCodes.usage,
  });
}
