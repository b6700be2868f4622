import { exitCodes, Problem } from '../base/errors.ts';
import { closestName } from '../cluster/closest-name.ts';
import { findPlaybook, playbookNames } from '../playbooks/find-playbook.ts';
import { loadHead } from '../playbooks/loading/load-head.ts';
import { createLoadMemo, loadPlaybook } from '../playbooks/loading/load-playbook.ts';
import type { LoadedRun } from '../playbooks/runs/loaded-run.ts';
import { stepKinds } from '../playbooks/steps/registry.ts';
import { loadSystems } from '../systems/system.ts';
import type { Diagnostic } from '../yaml/diagnostic.ts';
import { hasErrors, invalidFiles } from '../yaml/diagnostics.ts';
import { playbookRoots, shownPath } from './catalog.ts';
import { loadRun, sharedPlaybooks } from './run-loading.ts';

/**
 * One diagnosis of a system, `tars/diagnose-pods` or `diagnose-pods`, or all of them. Throws `Problem` (exit code 2) for a name that is no
 * diagnosis, for a system without any, and with every fault in their files.
 */
export function loadDiagnoses(system: string, wanted: string | undefined, workspace: string): LoadedRun[] {
  const { refs, faults } = diagnosesOf(system, workspace);
  if (wanted === undefined || wanted === 'all') {
    if (refs.length === 0) throw hasErrors(faults) ? invalidFiles(faults) : none(system, workspace);
    return refs.map((ref) => load(ref, system, workspace));
  }
  const ref = wanted.includes('/') ? wanted : `${system}/${wanted}`;
  const ways = [ref, `${system}/diagnose-${wanted}`, `${sharedPlaybooks}/diagnose-${wanted}`];
  const named = ways.find((one) => refs.includes(one));
  if (named) return [load(named, system, workspace)];
  if (hasErrors(faults.filter(({ file }) => file.endsWith(`${ref}.yaml`)))) throw invalidFiles(faults);
  const near = closestName(ref, refs);
  throw new Problem(`There is no diagnosis \`${ref}\``, {
    next: [near ? `Did you mean ${near}?` : `There are: ${refs.join(', ') || 'none'}`],
    exitCode: exitCodes.usage,
  });
}

function load(playbook: string, wanted: string, workspace: string): LoadedRun {
  const shared = playbook.startsWith(`${sharedPlaybooks}/`);
  return loadRun({ playbook, system: shared ? wanted : undefined, workspace, manifests: 'bundled' });
}

function diagnosesOf(system: string, workspace: string): { refs: string[]; faults: Diagnostic[] } {
  const roots = playbookRoots({ workspace });
  const shown = (path: string) => shownPath(path, workspace);
  const memo = createLoadMemo();
  const shared = loadSystems(roots, shown).systems.find(({ name }) => name === system)?.diagnoses ?? [];
  const names = playbookNames(roots).filter((ref) => ref.startsWith(`${system}/`) || shared.includes(ref));
  const loaded = names.map((ref) => {
    const found = findPlaybook(ref, roots);
    const head = found?.source === 'bundled' ? loadHead(found.file, 'bundled') : undefined;
    return head ? { value: head, diagnostics: [] } : loadPlaybook(ref, { roots, stepKinds, shown, memo, quick: true });
  });
  return {
    refs: loaded.flatMap(({ value }) => (value?.diagnosis ? [value.ref] : [])),
    faults: loaded.flatMap(({ diagnostics }) => diagnostics),
  };
}

function none(system: string, workspace: string): Problem {
  const systems = playbookNames(playbookRoots({ workspace })).map((ref) => ref.split('/')[0] ?? '');
  const near = systems.includes(system) ? undefined : closestName(system, systems);
  const known = systems.includes(system);
  return new Problem(known ? `${system} has no diagnoses` : `There is no system "${system}"`, {
    next: [
      known
        ? 'A playbook with `diagnosis: true` is one; docs/playbooks.md says how it is written.'
        : near
          ? `Did you mean ${near}?`
          : `There are: ${[...new Set(systems)].join(', ') || 'none'}`,
    ],
    exitCode: exitCodes.usage,
  });
}
