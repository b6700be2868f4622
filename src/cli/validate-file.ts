import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { readTextFile } from '../base/text-file.ts';
import { configurationFile } from '../configuration/configuration-file.ts';
import { readConfiguration } from '../configuration/settings.ts';
import { readScenario } from '../load/scenario-file.ts';
import { loadMenu } from '../menus/menu.ts';
import { checkDiagnoses } from '../playbooks/diagnosis/check-diagnoses.ts';
import { type PlaybookRoot, playbookNames } from '../playbooks/find-playbook.ts';
import { loadPlaybook, loadPlaybookFile } from '../playbooks/loading/load-playbook.ts';
import { checkManifest } from '../playbooks/loading/manifests.ts';
import type { Playbook } from '../playbooks/model.ts';
import { stepKinds } from '../playbooks/steps/registry.ts';
import { pageNames } from '../systems/pages.ts';
import { loadSystem } from '../systems/system.ts';
import type { Diagnostic } from '../yaml/diagnostic.ts';
import { parseYamlDocuments } from '../yaml/parse.ts';
import { checkMenu, loadCatalog, playbookRoots, shownPath } from './catalog.ts';
import { imageRulesOf } from './sandbox-images.ts';

type FileKind = 'configuration' | 'images' | 'playbook' | 'menu' | 'system' | 'scenario' | 'manifest';

/** Every problem of one file, whichever kind of file it is. */
export function validateFile(name: string, workspace: string): Diagnostic[] {
  const file = resolve(name);
  const shown = (path: string) => shownPath(path, workspace);
  switch (kindOfFile(file)) {
    case 'configuration':
      return readConfiguration(file, shown(file)).diagnostics;
    case 'images':
      return imageRulesOf(file, shown(file)).diagnostics;
    case 'manifest':
      return checkManifest(file, shown(file));
    case 'system':
      return loadSystem(file, 'workspace', shown).diagnostics;
    case 'scenario':
      return readScenario(readTextFile(file), shown(file), basename(file, '.yaml')).diagnostics;
    case 'menu':
      return validateMenu(file, workspace, shown);
    case 'playbook': {
      // A playbook may call others that lie beside its own system.
      const beside = { folder: dirname(dirname(file)), source: 'workspace' as const };
      const roots = [beside, ...playbookRoots({ workspace })];
      const { value, diagnostics } = loadPlaybookFile(file, { roots, stepKinds, shown });
      return [...diagnostics, ...(value ? linksOf(value, roots, shown) : [])];
    }
  }
}

/** Faults in what the findings of a playbook say of those of its system's other playbooks. */
function linksOf(playbook: Playbook, roots: readonly PlaybookRoot[], shown: (path: string) => string): Diagnostic[] {
  const names = playbookNames(roots).filter((ref) => ref.startsWith(`${playbook.system}/`) && ref !== playbook.ref);
  const others = names.flatMap((ref) => loadPlaybook(ref, { roots, stepKinds, shown, quick: true }).value ?? []);
  return checkDiagnoses([playbook, ...others], shown).filter((fault) => fault.file === shown(playbook.file));
}

/** What a file is: by its place, else by the keys that only one kind has. */
function kindOfFile(file: string): FileKind {
  const folder = basename(dirname(file));
  if (file === configurationFile()) return 'configuration';
  if (basename(file) === 'system.yaml') return 'system';
  if (folder === 'menus') return 'menu';
  if (basename(file) === 'sandbox.yaml' && folder === '.tars-console') return 'images';
  if (folder === 'manifests' || folder === 'k8s') return 'manifest';
  const [first] = parseYamlDocuments(readTextFile(file), file);
  const keys = first?.value !== null && typeof first?.value === 'object' ? Object.keys(first.value) : [];
  const has = (...names: string[]) => names.every((key) => keys.includes(key));
  if (has('apiVersion') || has('kind', 'metadata')) return 'manifest';
  if (basename(file) === 'config.yaml' && !has('steps')) return 'configuration';
  if (has('system', 'items')) return 'menu';
  if (has('namespace', 'workloads')) return 'system';
  if (has('request') || has('open') || has('closed') || folder === 'load') return 'scenario';
  return 'playbook';
}

/** The load scenarios of the workspace and the package. */
export function scenarioFiles(workspace: string): string[] {
  return playbookRoots({ workspace }).flatMap(({ folder }) =>
    namesIn(folder).flatMap((system) =>
      namesIn(join(folder, system, 'load'))
        .filter((name) => name.endsWith('.yaml'))
        .map((name) => join(folder, system, 'load', name)),
    ),
  );
}

function validateMenu(file: string, workspace: string, shown: (path: string) => string): Diagnostic[] {
  const menu = loadMenu(file, 'workspace', shown);
  const { systems, playbooks, names } = loadCatalog({ workspace, quick: true });
  const known = {
    systems: systems.map((system) => system.name),
    playbooks,
    names,
    pages: pageNames(playbookRoots({ workspace })),
  };
  return [...menu.diagnostics, ...checkMenu(menu, known)];
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
