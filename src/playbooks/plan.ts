import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { InputValue } from './inputs.ts';
import type { ManifestSet } from './manifest-set.ts';
import type { Playbook, StepDefinition } from './model.ts';
import type { PlannedStep } from './runs/events.ts';
import type { PlanContext, StepKind } from './step-kind.ts';

/** A step at its place in the run: called playbooks' steps stand behind the step that calls them, one level deeper. */
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

/** All steps of a playbook and of the playbooks that it calls, in the order in which they run. */
export function flattenPlaybook(playbook: Playbook, parent?: string, depth = 0): FlatStep[] {
  return playbook.steps.flatMap((step): FlatStep[] => {
    const id = parent === undefined ? step.id : `${parent}/${step.id}`;
    const called = playbook.calls[step.id];
    const below = called ? flattenPlaybook(called, id, depth + 1) : [];
    return [{ id, step, playbook, depth, called, parent }, ...below];
  });
}

/** The steps as a run's header holds them, each with the commands that it stands for. */
export async function planSteps(
  playbook: Playbook,
  stepKinds: readonly StepKind[],
  contextFor: (place: FlatStep) => PlanContext,
): Promise<PlannedStep[]> {
  const planned: PlannedStep[] = [];
  for (const place of flattenPlaybook(playbook)) {
    const { id, step, depth, called } = place;
    const kind = stepKinds.find((one) => one.name === step.kind);
    const equivalent = kind && !called ? await kind.equivalent(step.config, contextFor(place)) : [];
    const { title, description } = step;
    planned.push({
      id,
      title,
      ...(description ? { description } : {}),
      kind: step.kind,
      depth,
      group: called !== undefined,
      equivalent,
    });
  }
  return planned;
}

/** Names of the files that a playbook and the playbooks that it calls read, each with the folder that it is named from. */
export function planFiles(playbook: Playbook, stepKinds: readonly StepKind[]): { name: string; folder: string }[] {
  const files = flattenPlaybook(playbook).flatMap(({ step, playbook: { folder } }) => {
    const kind = stepKinds.find((one) => one.name === step.kind);
    return (kind?.files?.(step.config) ?? []).map((name) => ({ name, folder }));
  });
  return [...new Map(files.map((file) => [resolve(file.folder, file.name), file])).values()];
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
  const add = (name: string, text: string | Buffer) => hash.update(`${name}\0${text.length}\0`).update(text);
  const playbooks = [playbook, ...flattenPlaybook(playbook).flatMap(({ called }) => called ?? [])];
  for (const { ref, file } of playbooks) add(ref, readFileSync(file));
  for (const { name, folder } of planFiles(playbook, stepKinds)) {
    const path = manifests?.fileOf(name) ?? resolve(folder, name);
    add(name, existsSync(path) ? readFileSync(path) : '');
  }
  for (const [name, value] of Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)))
    add(name, JSON.stringify(value));
  return hash.digest('hex');
}
