import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { InputValue } from './inputs.ts';
import { kindOf } from './kind-of.ts';
import type { ManifestSet } from './manifest-set.ts';
import type { Playbook, StepDefinition } from './model.ts';
import { hashPath } from './path-hash.ts';
import type { PlannedStep } from './runs/events.ts';
import type { PlanContext, StepKind } from './step-kind.ts';

/** A step at its place in the run: what it holds stands behind it, one level deeper. */
export interface FlatStep {
  /** Unique in the run: `deploy/backend`. */
  id: string;
  step: StepDefinition;
  /** The playbook that the step stands in. */
  playbook: Playbook;
  depth: number;
  /** The playbook that it calls, if it does. */
  called: Playbook | undefined;
  /** Id of the step that called its playbook. */
  parent: string | undefined;
}

/**
 * All steps that are known before a playbook is run, in the order of the files: its own, those of the playbooks that it
 * calls, and what stands side by side. Those of a `foreach` depend on its items and are added by the run.
 */
export function flattenPlaybook(playbook: Playbook, parent?: string, depth = 0): FlatStep[] {
  return flattenSteps(playbook.steps, playbook, { under: parent, parent, depth });
}

/** The same for some steps of a playbook that stand below the step `under`. */
export function flattenSteps(
  steps: readonly StepDefinition[],
  playbook: Playbook,
  { under, parent, depth }: { under: string | undefined; parent: string | undefined; depth: number },
): FlatStep[] {
  return steps.flatMap((step): FlatStep[] => {
    const id = under === undefined ? step.id : `${under}/${step.id}`;
    const called = playbook.calls[step.id];
    const held = step.steps && step.kind !== 'foreach' ? step.steps : [];
    const below = called
      ? flattenPlaybook(called, id, depth + 1)
      : flattenSteps(held, playbook, { under: id, parent, depth: depth + 1 });
    return [{ id, step, playbook, depth, called, parent }, ...below];
  });
}

/**
 * Every step that a run of the playbook may come to, also those of a `foreach`, of a rescue and of an undo: for what must be
 * known of all of them, such as rights, files and whether anything acts at all.
 */
export function everyStep(playbook: Playbook, parent?: string, depth = 0): FlatStep[] {
  const visit = (steps: readonly StepDefinition[], under: string | undefined, at: number): FlatStep[] =>
    steps.flatMap((step): FlatStep[] => {
      const id = under === undefined ? step.id : `${under}/${step.id}`;
      const called = playbook.calls[step.id];
      return [
        { id, step, playbook, depth: at, called, parent },
        ...(called ? everyStep(called, id, at + 1) : visit(step.steps ?? [], id, at + 1)),
        ...visit(step.rescue ?? [], `${id}/rescue`, at + 2),
        ...visit(step.undoSteps ?? [], `${id}/undo`, at + 2),
      ];
    });
  return visit(playbook.steps, parent, depth);
}

/**
 * The steps as a run's header holds them, each with the commands that it stands for. One that cannot be explained yet stands
 * there without: what is wrong with it, the step itself says.
 */
export async function planSteps(
  playbook: Playbook,
  stepKinds: readonly StepKind[],
  contextFor: (place: FlatStep) => PlanContext,
): Promise<PlannedStep[]> {
  const planned: PlannedStep[] = [];
  for (const place of flattenPlaybook(playbook))
    planned.push(await planStepAsKnown(place, stepKinds, contextFor(place)));
  return planned;
}

/** The same step without its commands where its kind cannot tell them. */
export async function planStepAsKnown(
  place: FlatStep,
  stepKinds: readonly StepKind[],
  context: PlanContext,
): Promise<PlannedStep> {
  try {
    return await planStep(place, stepKinds, context);
  } catch {
    return planStep(place, [], context);
  }
}

async function planStep(
  { id, step, depth, called }: FlatStep,
  stepKinds: readonly StepKind[],
  context: PlanContext,
): Promise<PlannedStep> {
  const kind = kindOf(stepKinds, step);
  const group = called !== undefined || step.steps !== undefined;
  const equivalent = kind && !group ? await kind.equivalent(step.config, context) : [];
  const { title, description } = step;
  return { id, title, ...(description ? { description } : {}), kind: step.kind, depth, group, equivalent };
}

/** Names of the files that a playbook and the playbooks that it calls read, each with the folder that it is named from. */
export function planFiles(playbook: Playbook, stepKinds: readonly StepKind[]): { name: string; folder: string }[] {
  const files = everyStep(playbook).flatMap(({ step, playbook: { folder } }) => {
    const kind = kindOf(stepKinds, step);
    return (kind?.files?.(step.config) ?? []).map((name) => ({ name, folder }));
  });
  return [...new Map(files.map((file) => [resolve(file.folder, file.name), file])).values()];
}

/**
 * SHA-256 of every file that decides what a run does, by a name that people know it by: the playbooks, as `tars/deploy.yaml`,
 * and what they read, as `tars/manifests/hpa.yaml`. One that is not there has an empty hash.
 */
export function fileHashes(
  playbook: Playbook,
  stepKinds: readonly StepKind[],
  manifests?: ManifestSet,
): Record<string, string> {
  const hashes: Record<string, string> = {};
  const playbooks = [playbook, ...everyStep(playbook).flatMap(({ called }) => called ?? [])];
  for (const { ref, file } of playbooks) hashes[`${ref}.yaml`] = hashPath(file);
  for (const { name, folder } of planFiles(playbook, stepKinds)) {
    const path = manifests?.fileOf(name) ?? resolve(folder, name);
    hashes[join(basename(folder), name)] = existsSync(path) ? hashPath(path) : '';
  }
  for (const { step, playbook: one } of everyStep(playbook)) {
    const pathOf = (name: string) => resolve(one.folder, name);
    const reads = kindOf(stepKinds, step)?.reads;
    for (const name of reads?.(step.config, pathOf) ?? [])
      if (existsSync(pathOf(name))) hashes[join(basename(one.folder), name)] = hashPath(pathOf(name));
  }
  return hashes;
}

/**
 * SHA-256 over everything that decides what a run does: the playbooks, the files that they read and the inputs, sensitive ones
 * left out. A resumed run compares it and says what has changed.
 */
export function hashPlan(
  playbook: Playbook,
  values: Record<string, InputValue>,
  stepKinds: readonly StepKind[],
  manifests?: ManifestSet,
): string {
  const hash = createHash('sha256');
  const sorted = (map: Record<string, unknown>) => Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = [sorted(fileHashes(playbook, stepKinds, manifests)), sorted(values)];
  return hash.update(JSON.stringify(parts)).digest('hex');
}
