import { exitCodes, Problem } from '../base/errors.ts';
import { closestName } from '../cluster/closest-name.ts';
import { checklistNames, findChecklist } from '../playbooks/checklists/find-checklist.ts';
import { loadChecklist } from '../playbooks/checklists/load-checklist.ts';
import type { LoadedChecklist } from '../playbooks/checklists/make-checklist.ts';
import { playbookNames } from '../playbooks/find-playbook.ts';
import { createLoadMemo, loadPlaybook } from '../playbooks/loading/load-playbook.ts';
import { stepKinds } from '../playbooks/steps/registry.ts';
import { invalidFiles } from '../yaml/diagnostics.ts';
import { playbookRoots, shownPath } from './catalog.ts';
import { findSystem } from './find-system.ts';

/** A checklist by its name, `atas/production`. Throws `Problem` (exit code 2) with what there is, or with every fault in its file. */
export function findLoadedChecklist(ref: string, workspace: string): LoadedChecklist {
  const roots = playbookRoots({ workspace });
  const shown = (path: string) => shownPath(path, workspace);
  const found = findChecklist(ref, roots);
  if (!found) {
    const names = checklistNames(roots);
    const near = closestName(ref, names);
    throw new Problem(`There is no checklist "${ref}"`, {
      next: [near ? `Did you mean ${near}?` : `There are: ${names.join(', ') || 'none'}`],
      exitCode: exitCodes.usage,
    });
  }
  const { value: checklist, diagnostics } = loadChecklist(found.file, {
    ...{ roots, stepKinds, shown, source: found.source },
  });
  if (!checklist) throw invalidFiles(diagnostics);
  const { name, title, namespace, workloads, autoscalers, services, targets } = findSystem(checklist.system);
  const reading = { roots, stepKinds, shown, quick: true, memo: createLoadMemo() };
  const library = {
    ...{ stepKinds, manifests: undefined, setMembers: undefined },
    names: () => playbookNames(roots),
    load(other: string) {
      const { value, diagnostics: faults } = loadPlaybook(other, reading);
      if (!value) throw invalidFiles(faults);
      return value;
    },
  };
  const system = { name, title, namespace, workloads, autoscalers, services, targets };
  return { checklist, surroundings: { system, manifests: undefined, workspace, stepKinds, library } };
}
