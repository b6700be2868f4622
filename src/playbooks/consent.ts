import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { exitCodes, Problem } from '../base/errors.ts';
import { isTrusted, rememberTrust } from '../systems/trust.ts';
import { hashFolder, hashNamed } from './consent-files.ts';
import { kindOf } from './kind-of.ts';
import type { Playbook, StepDefinition } from './model.ts';
import { everyStep } from './plan.ts';
import { effectsOf } from './step-effects.ts';
import type { StepKind } from './step-kind.ts';

/** A step of a workspace's playbook that acts outside the cluster: on this machine, or on others. */
export interface OutsideStep {
  title: string;
  kind: string;
  /** What it does, as its file says: `command: [make, deploy]`. */
  does: string;
}

/** What somebody is to agree to before a workspace's playbook runs for the first time. */
export interface Consent {
  workspace: string;
  playbook: string;
  steps: OutsideStep[];
  /** Over the playbooks as a whole, the workspace's own files, and those that the steps name. */
  hash: string;
}

interface Asked {
  playbook: Playbook;
  workspace: string;
  stepKinds: readonly StepKind[];
}

/** The consent that a run needs and does not have yet; undefined when it needs none. */
export function missingConsent(asked: Asked): Consent | undefined {
  const consent = consentFor(asked);
  return consent && !isTrusted(consent.hash) ? consent : undefined;
}

/** Remembers a yes. */
export function giveConsent({ hash, workspace, playbook }: Consent): void {
  rememberTrust({ hash, workspace, playbook });
}

/** Throws `Problem` (exit code 2) for a run that lacks a consent. */
export function refuseStrangers(asked: Asked): void {
  const consent = missingConsent(asked);
  if (!consent) return;
  throw new Problem(
    `${consent.playbook} is this folder’s own, and acts outside the cluster: nobody has agreed to that yet`,
    {
      where: consent.workspace,
      evidence: consentLines(consent),
      next: ['--trust agrees to exactly this; what changes later is asked about again'],
      exitCode: exitCodes.usage,
    },
  );
}

/** The steps as lines of text. */
export function consentLines({ steps }: Consent): string[] {
  return steps.map(({ title, does }) => `${title}: ${does}`);
}

function consentFor({ playbook, workspace, stepKinds }: Asked): Consent | undefined {
  const places = everyStep(playbook);
  const playbooks = [...new Set([playbook, ...places.map((place) => place.playbook)])];
  // A bundled playbook that a workspace's own calls does what its inputs say, and those are the workspace's.
  if (!playbooks.some(({ source }) => source === 'workspace')) return undefined;
  const found = places.filter(({ step }) => reachesOut(stepKinds, step));
  if (found.length === 0) return undefined;
  const hash = createHash('sha256').update(JSON.stringify([workspace, playbook.ref]));
  // All of the playbooks: what a step does is also in the inputs' defaults, in other steps' outputs and in what is passed on.
  for (const { ref, source, inputs, steps } of playbooks)
    hash.update(JSON.stringify([ref, source, inputs, steps], (key, value) => (key === 'line' ? undefined : value)));
  hashFolder(join(workspace, '.tars-console'), hash);
  for (const { playbook: owner, step } of found)
    for (const folder of new Set([owner.folder, workspace])) hashNamed(step.config, folder, hash);
  const steps = found.map(({ step }) => ({ title: step.title, kind: step.kind, does: summaryOf(step) }));
  return { workspace, playbook: playbook.ref, steps, hash: hash.digest('hex') };
}

function reachesOut(stepKinds: readonly StepKind[], step: StepDefinition): boolean {
  const kind = kindOf(stepKinds, step);
  return effectsOf(stepKinds, step) === 'outside' || kind?.reaches?.(step.config) === true;
}

/** All of it, in its file's own notation: what is agreed to must not end in an ellipsis. */
function summaryOf({ config }: StepDefinition): string {
  return Object.entries(config as object)
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? JSON.stringify(value) : flow(value)}`)
    .join(', ');
}

function flow(value: unknown): string {
  const text = stringify(value, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 }).trim();
  // A text of several lines inside would be several lines here.
  return text.includes('\n') ? JSON.stringify(value) : text;
}
