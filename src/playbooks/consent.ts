import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { stringify } from 'yaml';
import { exitCodes, Problem } from '../base/errors.ts';
import { isTrusted, rememberTrust } from '../systems/trust.ts';
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
  /** Over the steps, the workspace and the files that they name. */
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
  const found = everyStep(playbook).filter(
    ({ playbook: owner, step }) => owner.source === 'workspace' && effectsOf(stepKinds, step) === 'outside',
  );
  if (found.length === 0) return undefined;
  const hash = createHash('sha256').update(JSON.stringify([workspace, playbook.ref]));
  for (const { playbook: owner, step } of found) {
    hash.update(JSON.stringify([owner.ref, step.kind, step.title, step.when ?? '', step.config]));
    for (const text of textsIn(step.config))
      for (const folder of [owner.folder, workspace]) hashFile(resolve(folder, text), hash);
  }
  const steps = found.map(({ step }) => ({ title: step.title, kind: step.kind, does: summaryOf(step) }));
  return { workspace, playbook: playbook.ref, steps, hash: hash.digest('hex') };
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

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return value === '' || value.includes('\n') || value.length > 1000 ? [] : [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(textsIn) : [];
}

const mostBytes = 4 * 1024 * 1024;

/** A script that a step names is a part of what it does; of a large file its size and time have to do. */
function hashFile(path: string, hash: { update(data: string | Buffer): unknown }): void {
  try {
    const stat = statSync(path);
    if (!stat.isFile()) return;
    hash.update(`\n${path}\n`);
    hash.update(stat.size > mostBytes ? `${stat.size} ${stat.mtimeMs}` : readFileSync(path));
  } catch {
    // It names no file, or none that can be read.
  }
}
