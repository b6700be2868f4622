import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { packageRoot } from '../base/package-root.ts';
import { type LoadedMenu, loadMenu, type Menu, menuFiles, menuItems } from '../menus/menu.ts';
import { checklistNames, findChecklist } from '../playbooks/checklists/find-checklist.ts';
import { type LoadChecklistOptions, loadChecklist } from '../playbooks/checklists/load-checklist.ts';
import { checkDiagnoses } from '../playbooks/diagnosis/check-diagnoses.ts';
import { type PlaybookRoot, playbookNames } from '../playbooks/find-playbook.ts';
import { valueFault } from '../playbooks/input-value.ts';
import { createLoadMemo, loadPlaybook } from '../playbooks/loading/load-playbook.ts';
import type { Playbook } from '../playbooks/model.ts';
import type { StepKind } from '../playbooks/step-kind.ts';
import { stepKinds as allStepKinds } from '../playbooks/steps/registry.ts';
import { pageNames } from '../systems/pages.ts';
import { loadSystems, type System } from '../systems/system.ts';
import type { Diagnostic } from '../yaml/diagnostic.ts';
import { sortDiagnostics } from '../yaml/diagnostics.ts';
import { suggestion } from '../yaml/suggest.ts';
import { diagnosticAtPath } from '../yaml/validate.ts';

export interface Catalog {
  systems: System[];
  menus: Menu[];
  /** Those without errors; by `<system>/<name>`, sorted. */
  playbooks: Playbook[];
  /** Names of all playbooks, those with errors too. */
  names: string[];
  diagnostics: Diagnostic[];
}

export interface CatalogOptions {
  /** The folder that the console was started in. */
  workspace: string;
  /** Leaves the contents of manifests unread; whatever runs a playbook loads it whole. */
  quick?: boolean;
  stepKinds?: readonly StepKind[];
  /** Instead of the package's own folder. */
  bundled?: string;
}

/** The folders of systems: the workspace's own before the bundled ones. */
export function playbookRoots({ workspace, bundled = packageRoot() }: CatalogOptions): PlaybookRoot[] {
  const own = join(workspace, '.tars-console', 'playbooks');
  const roots: PlaybookRoot[] = [{ folder: join(bundled, 'playbooks'), source: 'bundled' }];
  return existsSync(own) ? [{ folder: own, source: 'workspace' }, ...roots] : roots;
}

/** Everything that can be chosen and run, held against each other. Never throws for what is wrong with the files. */
export function loadCatalog(options: CatalogOptions): Catalog {
  const { workspace, quick, stepKinds = allStepKinds, bundled = packageRoot() } = options;
  const shown = (path: string) => shownPath(path, workspace, bundled);
  const roots = playbookRoots(options);
  const names = playbookNames(roots);
  const memo = createLoadMemo();
  const loaded = names.map((ref) => loadPlaybook(ref, { roots, stepKinds, memo, quick, shown }));
  const playbooks = loaded.flatMap(({ value }) => value ?? []);
  const faults = [
    ...loaded.flatMap((outcome) => outcome.diagnostics),
    ...(quick ? [] : checkDiagnoses(playbooks, shown)),
    ...(quick ? [] : checklistNames(roots).flatMap((ref) => checklistFaults(ref, { roots, stepKinds, shown }))),
  ];
  return { ...catalogAround(options, { roots, names, playbooks, shown }, faults), playbooks };
}

interface Around {
  roots: readonly PlaybookRoot[];
  names: string[];
  playbooks: Known['playbooks'];
  shown(path: string): string;
}

/** Systems and menus around playbooks that were read, held against each other; `faults` are those of the playbooks. */
export function catalogAround(
  { workspace, bundled = packageRoot() }: CatalogOptions,
  { roots, names, playbooks, shown }: Around,
  faults: readonly Diagnostic[],
): Omit<Catalog, 'playbooks'> {
  const { systems, diagnostics } = loadSystems(roots, shown);
  const menus = loadMenus(workspace, bundled, shown);
  const known: Known = {
    systems: systems.map(({ name }) => name),
    diagnosed: systems.flatMap(({ name, diagnoses }) => (diagnoses.length > 0 ? [name] : [])),
    ...{ playbooks, names, pages: pageNames(roots), checklists: checklistNames(roots) },
  };
  return {
    systems,
    menus: menus.flatMap(({ value }) => value ?? []),
    names,
    diagnostics: sortDiagnostics([
      ...diagnostics,
      ...faults,
      ...menus.flatMap((menu) => [...menu.diagnostics, ...checkMenu(menu, known)]),
    ]),
  };
}

interface Known {
  systems: string[];
  /** Those for which diagnoses are made that all systems share. */
  diagnosed?: string[];
  playbooks: readonly Pick<Playbook, 'ref' | 'inputs' | 'diagnosis'>[];
  /** Faulty ones too: an item that names one is not itself at fault. */
  names: string[];
  /** `tars/next-steps` */
  pages: string[];
  /** `atas/production` */
  checklists?: string[];
}

/** That a menu's system, pages and playbooks exist and that its presets are inputs with allowed values. */
export function checkMenu({ value: menu, document }: LoadedMenu, known: Known): Diagnostic[] {
  if (!menu) return [];
  const diagnostics: Diagnostic[] = [];
  if (!known.systems.includes(menu.system)) {
    const hint = suggestion(menu.system, known.systems, 'systems');
    diagnostics.push(
      diagnosticAtPath(document, ['system'], { message: `there is no system \`${menu.system}\``, hint }),
    );
  }
  for (const { item, path } of menuItems(menu.items)) {
    if (item.kind === 'page' && !known.pages.includes(`${menu.system}/${item.page}`)) {
      const own = known.pages.filter((page) => page.startsWith(`${menu.system}/`));
      const hint = suggestion(`${menu.system}/${item.page}`, own, 'pages');
      diagnostics.push(
        diagnosticAtPath(document, [...path, 'page'], { message: `there is no page \`pages/${item.page}.md\``, hint }),
      );
    }
    if (item.kind === 'checklist' && !known.checklists?.includes(`${menu.system}/${item.checklist}`)) {
      const own = known.checklists?.filter((name) => name.startsWith(`${menu.system}/`)) ?? [];
      const hint = suggestion(`${menu.system}/${item.checklist}`, own, 'checklists');
      const message = `there is no checklist \`checklists/${item.checklist}.yaml\``;
      diagnostics.push(diagnosticAtPath(document, [...path, 'checklist'], { message, hint }));
    }
    if (item.kind === 'diagnose') diagnostics.push(...checkDiagnose(document, path, menu.system, item.diagnose, known));
    if (item.kind !== 'playbook') continue;
    const playbook = known.playbooks.find(({ ref }) => ref === item.playbook);
    if (!known.names.includes(item.playbook)) {
      const hint = suggestion(item.playbook, known.names, 'playbooks');
      diagnostics.push(
        diagnosticAtPath(document, [...path, 'playbook'], {
          message: `there is no playbook \`${item.playbook}\``,
          hint,
        }),
      );
    }
    if (playbook) diagnostics.push(...checkPresets(document, path, playbook, item.inputs));
  }
  return diagnostics;
}

function checklistFaults(ref: string, options: LoadChecklistOptions): Diagnostic[] {
  const found = findChecklist(ref, options.roots);
  return found ? loadChecklist(found.file, { ...options, source: found.source }).diagnostics : [];
}

/** That what a menu's item makes is a diagnosis, or that its system has any. */
function checkDiagnose(
  document: LoadedMenu['document'],
  path: readonly (string | number)[],
  system: string,
  wanted: string,
  { playbooks, names, diagnosed = [] }: Known,
): Diagnostic[] {
  const diagnoses = playbooks.flatMap(({ ref, diagnosis }) => (diagnosis ? [ref] : []));
  const own = diagnoses.filter((ref) => ref.startsWith(`${system}/`));
  if (wanted === 'all' ? own.length > 0 || diagnosed.includes(system) : diagnoses.includes(wanted)) return [];
  const at = [...path, 'diagnose'];
  if (wanted === 'all') return [diagnosticAtPath(document, at, { message: `\`${system}\` has no diagnoses` })];
  const playbook = playbooks.find(({ ref }) => ref === wanted);
  if (playbook) {
    const hint = 'it needs `diagnosis: true` and steps that only look; else name it as a `playbook`';
    return [diagnosticAtPath(document, at, { message: `\`${wanted}\` is no diagnosis`, hint })];
  }
  // One that is only faulty is reported where it stands.
  if (names.includes(wanted)) return [];
  const hint = suggestion(wanted, diagnoses, 'diagnoses');
  return [diagnosticAtPath(document, at, { message: `there is no diagnosis \`${wanted}\``, hint })];
}

function checkPresets(
  document: LoadedMenu['document'],
  path: readonly (string | number)[],
  playbook: Pick<Playbook, 'ref' | 'inputs'>,
  presets: Record<string, unknown>,
): Diagnostic[] {
  return Object.entries(presets).flatMap(([name, value]) => {
    const at = [...path, 'inputs', name];
    const definition = playbook.inputs[name];
    if (!definition) {
      const hint = suggestion(name, Object.keys(playbook.inputs), 'inputs');
      return [diagnosticAtPath(document, at, { message: `\`${playbook.ref}\` has no input \`${name}\``, hint }, 'key')];
    }
    // A menu keeps a list as the command line writes it.
    const given = definition.type === 'list' && typeof value === 'string' ? value.split(',') : value;
    const fault = definition.sensitive ? 'a sensitive input has no place in a file' : valueFault(given, definition);
    return fault ? [diagnosticAtPath(document, at, { message: `\`${name}\`: ${fault}` })] : [];
  });
}

function loadMenus(workspace: string, bundled: string, shown: (path: string) => string): LoadedMenu[] {
  const own = menuFiles(join(workspace, '.tars-console', 'menus'));
  const ours = menuFiles(join(bundled, 'menus'));
  return [
    ...own.map((file) => loadMenu(file, 'workspace', shown)),
    ...ours.map((file) => loadMenu(file, 'bundled', shown)),
  ];
}

/** A path as a person finds it: from the workspace, or from the package. */
export function shownPath(path: string, workspace: string, bundled = packageRoot()): string {
  const inside = [workspace, bundled]
    .map((folder) => relative(folder, path))
    .find((short) => short !== '' && !short.startsWith('..'));
  return inside ?? path;
}
