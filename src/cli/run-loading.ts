import { resolve } from 'node:path';
import { exitCodes, Problem } from '../base/errors.ts';
import { playbookNames } from '../playbooks/find-playbook.ts';
import { withReading } from '../playbooks/inputs-from-cluster.ts';
import { createLoadMemo, loadPlaybook } from '../playbooks/loading/load-playbook.ts';
import { findManifestSet, isSetMember, type ManifestSet } from '../playbooks/manifest-set.ts';
import type { Playbook } from '../playbooks/model.ts';
import { planFiles } from '../playbooks/plan.ts';
import type { LoadedRun } from '../playbooks/runs/loaded-run.ts';
import type { RunRequest } from '../playbooks/runs/run-request.ts';
import { stepKinds } from '../playbooks/steps/registry.ts';
import { loadSystems, type System } from '../systems/system.ts';
import { invalidFiles } from '../yaml/diagnostics.ts';
import { suggestion } from '../yaml/suggest.ts';
import { playbookRoots, shownPath } from './catalog.ts';

/** Reads what a request names. Throws `Problem` (exit code 2) with every fault in the files. */
export function loadRun({
  playbook: ref,
  system: forSystem,
  workspace,
  manifests: wanted,
  current,
}: Pick<RunRequest, 'playbook' | 'system' | 'workspace' | 'manifests' | 'current'>): LoadedRun & { notes: string[] } {
  const roots = playbookRoots({ workspace });
  const shown = (path: string) => shownPath(path, workspace);
  const first = loadPlaybook(ref, { roots, stepKinds, shown });
  if (!first.value) throw invalidFiles(first.diagnostics);
  const { systems, diagnostics } = loadSystems(roots, shown);
  const chosen = systemOf(first.value, forSystem, systems);
  const found = systems.find(({ name }) => name === chosen);
  const { set, notes } = findSet(first.value, workspace, wanted, found?.manifests);
  const second = set ? loadPlaybook(ref, { roots, stepKinds, shown, manifests: set }) : first;
  if (!second.value) throw invalidFiles(second.diagnostics);
  const playbook = current ? withReading(second.value, { current }) : second.value;
  const faults = diagnostics.filter(({ severity, file }) => severity === 'error' && file.includes(`/${chosen}/`));
  if (!found && faults.length > 0) throw invalidFiles(faults);
  const { name, title, namespace, workloads, autoscalers, services, targets } = found ?? {
    // Playbooks that every system shares belong to none.
    ...{ name: chosen, title: chosen, namespace: 'default' },
    ...{ workloads: [], autoscalers: [], services: [], targets: [] },
  };
  const system = { name, title, namespace, workloads, autoscalers, services, targets };
  // Others are only asked about: what stands in their manifests is their own runs' affair.
  const reading = { roots, stepKinds, shown, quick: true, memo: createLoadMemo() };
  const library = {
    stepKinds,
    manifests: set,
    setMembers: found?.manifests,
    names: () => playbookNames(roots),
    load(other: string) {
      const { value, diagnostics: faultsIn } = loadPlaybook(other, { ...reading, manifests: set });
      if (!value) throw invalidFiles(faultsIn);
      return value;
    },
  };
  return { playbook, system, manifests: set, workspace, stepKinds, library, notes };
}

/** The folder of the playbooks that every system shares. */
export const sharedPlaybooks = 'cluster';

/** For whom a playbook is run: for its own system, or where it is shared for the one that is named. Throws `Problem`. */
function systemOf({ ref, system }: Playbook, wanted: string | undefined, systems: readonly System[]): string {
  if (wanted === undefined || wanted === system) return system;
  const names = systems.map(({ name }) => name);
  if (system !== sharedPlaybooks)
    throw new Problem(`${ref} is the playbook of ${system}, and cannot be run for ${wanted}`, {
      next: [`Those in ${sharedPlaybooks}/ are shared by all systems.`],
      exitCode: exitCodes.usage,
    });
  if (names.includes(wanted)) return wanted;
  const near = suggestion(wanted, names, 'systems');
  throw new Problem(`There is no system "${wanted}"`, { next: near ? [near] : [], exitCode: exitCodes.usage });
}

/** What people call the system of a run. */
export function titleOf({ system }: LoadedRun): string {
  return typeof system.title === 'string' ? system.title : system.name;
}

function findSet(
  playbook: Playbook,
  workspace: string,
  wanted: RunRequest['manifests'],
  members: readonly string[] | undefined,
): { set: ManifestSet | undefined; notes: string[] } {
  if (wanted === 'bundled') return { set: undefined, notes: [] };
  const names = planFiles(playbook, stepKinds).map(({ name }) => name);
  const folder = wanted === 'any' || wanted === 'workspace' ? 'k8s' : wanted;
  const { set, notes } = findManifestSet(workspace, names, { folder, members });
  // One that applies none of them is the same with any.
  if (set || wanted === 'any' || !names.some((name) => isSetMember(name, members))) return { set, notes };
  throw new Problem(`There is no whole set of manifests in ${folder}`, {
    where: resolve(workspace, folder),
    evidence: notes,
    next: ['Run tars-console run tars/source: it says what the folder has and what it lacks.'],
    exitCode: exitCodes.usage,
  });
}
