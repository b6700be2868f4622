import { packageRoot } from '../base/package-root.ts';
import { checkDiagnoses } from '../playbooks/diagnosis/check-diagnoses.ts';
import { findPlaybook, playbookNames } from '../playbooks/find-playbook.ts';
import { loadHead, type PlaybookHead } from '../playbooks/loading/load-head.ts';
import { createLoadMemo, loadPlaybook } from '../playbooks/loading/load-playbook.ts';
import type { Playbook } from '../playbooks/model.ts';
import { stepKinds } from '../playbooks/steps/registry.ts';
import { type Catalog, type CatalogOptions, catalogAround, playbookRoots, shownPath } from './catalog.ts';

export interface MenuCatalog extends Omit<Catalog, 'playbooks'> {
  playbooks: PlaybookHead[];
}

/**
 * What a menu or a list shows, quickly: of the program's own playbooks all but the steps, which `validate` and the tests have
 * checked before they were shipped. Those of the workspace are read and checked whole.
 */
export function loadMenuCatalog(options: Pick<CatalogOptions, 'workspace' | 'bundled'>): MenuCatalog {
  const { workspace, bundled = packageRoot() } = options;
  const roots = playbookRoots(options);
  const shown = (path: string) => shownPath(path, workspace, bundled);
  const memo = createLoadMemo();
  const whole: Playbook[] = [];
  const names = playbookNames(roots);
  const loaded = names.map((ref) => {
    const found = findPlaybook(ref, roots);
    const head = found?.source === 'bundled' ? loadHead(found.file, 'bundled') : undefined;
    if (head) return { value: head, diagnostics: [] };
    const outcome = loadPlaybook(ref, { roots, stepKinds, memo, shown });
    if (outcome.value) whole.push(outcome.value);
    return outcome;
  });
  const playbooks = loaded.flatMap(({ value }) => value ?? []);
  const faults = [...loaded.flatMap(({ diagnostics }) => diagnostics), ...checkDiagnoses(whole, shown)];
  return { ...catalogAround(options, { roots, names, playbooks, shown }, faults), playbooks };
}
