import { exitCodes } from '../base/errors.ts';
import { printableLine } from '../base/printable.ts';
import type { Menu, MenuItem } from '../menus/menu.ts';
import type { PlaybookHead } from '../playbooks/loading/load-head.ts';
import type { InputDefinition } from '../playbooks/model.ts';
import type { System } from '../systems/system.ts';
import { countDiagnostics, hasErrors } from '../yaml/diagnostics.ts';
import { type Catalog, loadCatalog } from './catalog.ts';
import { loadMenuCatalog, type MenuCatalog } from './menu-catalog.ts';
import type { GlobalOptions } from './options.ts';
import { printHints, printJson, printNote } from './output.ts';
import { sharedPlaybooks } from './run-loading.ts';

/** `list`: systems with their playbooks and what these ask for, and the menus. */
export async function listCommand(_: string[], options: GlobalOptions & { output: 'text' | 'json' }): Promise<number> {
  const workspace = process.cwd();
  // JSON says what the steps are too.
  const whole = options.output === 'json' ? loadCatalog({ workspace, quick: true }) : undefined;
  const catalog = whole ?? loadMenuCatalog({ workspace });
  if (whole) printJson(asJson(whole), 2);
  else printHints(listLines(catalog).join('\n'));
  if (!hasErrors(catalog.diagnostics)) return exitCodes.done;
  printNote(
    `${countDiagnostics(catalog.diagnostics)}: files with errors are left out; \`tars-console validate\` shows each place.`,
  );
  return exitCodes.usage;
}

/** The list as lines of text; what comes from a workspace's files is made safe to draw. */
export function listLines(catalog: MenuCatalog): string[] {
  const known = new Set(catalog.systems.map(({ name }) => name));
  // Those of a folder without a system, which somebody has just begun.
  const others = catalog.playbooks.filter(({ system }) => !known.has(system));
  return [
    ...catalog.systems.flatMap((system) => [...systemLines(system, catalog), '']),
    ...(others.length > 0 ? ['Of no system', ...others.flatMap(playbookLines), ''] : []),
    'Run one:     tars-console run <playbook> [--set name=value]',
    'Preview it:  tars-console run <playbook> --plan',
    `For one:     tars-console run ${sharedPlaybooks}/<playbook> --system <system>, as all systems share these`,
  ];
}

function systemLines(system: System, { playbooks, menus }: MenuCatalog): string[] {
  const own = system.source === 'workspace' ? '  (this workspace)' : '';
  return [
    `${printableLine(system.title)}  (${system.name}, namespace ${system.namespace})${own}`,
    ...(system.description ? [`  ${printableLine(system.description)}`] : []),
    ...playbooks.filter((playbook) => playbook.system === system.name).flatMap(playbookLines),
    ...menus
      .filter((menu) => menu.system === system.name)
      .flatMap((menu) => [`  Menu ${printableLine(menu.title)}`, ...itemLines(menu.items, '    ')]),
  ];
}

function playbookLines({ ref, title, inputs, source }: PlaybookHead): string[] {
  const names = Object.entries(inputs);
  const width = Math.max(0, ...names.map(([name]) => name.length));
  const own = source === 'workspace' ? '  (this workspace)' : '';
  return [
    `  ${ref.padEnd(26)}  ${printableLine(title)}${own}`,
    ...names.map(([name, definition]) => `      ${name.padEnd(width)}  ${inputText(definition)}`),
  ];
}

function inputText(definition: InputDefinition): string {
  const { description, type, default: value, options, sensitive, generate, optional, when, from, choices } = definition;
  const remarks = [
    options ? options.join(' | ') : choices ? `one of the cluster’s: ${choices.list}` : type,
    ...(from ? [`as ${from.get} ${from.name} has it`] : []),
    ...(value !== undefined && value !== '' ? [`default ${value}`] : []),
    ...(sensitive ? ['sensitive'] : []),
    ...(generate ? ['generated when not given'] : []),
    ...(value === undefined && !optional && !generate ? ['required'] : []),
    ...(when ? [`when ${when}`] : []),
  ];
  return printableLine(`${description} (${remarks.join(', ')})`);
}

function itemLines(items: readonly MenuItem[], indent: string): string[] {
  return items.flatMap((item) => {
    const line = `${indent}${printableLine(item.title)}${targetText(item)}`;
    return item.kind === 'menu' ? [line, ...itemLines(item.items, `${indent}  `)] : [line];
  });
}

/** Where an item leads. */
function targetText(item: MenuItem): string {
  switch (item.kind) {
    case 'playbook':
      return `  → ${item.playbook}${presetText(item.inputs)}`;
    case 'view':
      return `  (view ${item.view})`;
    case 'diagnose':
      return `  (diagnose ${item.diagnose})`;
    case 'page':
      return `  (page ${item.page})`;
    case 'checklist':
      return `  (checklist ${item.checklist})`;
    case 'menu':
      return '';
  }
}

function presetText(inputs: Record<string, unknown>): string {
  return Object.entries(inputs)
    .map(([name, value]) => printableLine(` --set ${name}=${String(value)}`))
    .join('');
}

function asJson({ systems, menus, playbooks }: Catalog): unknown {
  return {
    systems: systems.map(({ name, title, description, namespace, source, workloads, services, targets }) => ({
      name,
      title,
      description,
      namespace,
      source,
      workloads,
      services,
      targets,
    })),
    menus: menus.map(({ system, title, items, source }: Menu) => ({ system, title, source, items })),
    playbooks: playbooks.map(({ ref, title, description, source, inputs, steps, next }) => ({
      ref,
      title,
      description,
      source,
      inputs,
      steps: steps.map(({ id, title, kind }) => ({ id, title, kind })),
      next,
    })),
  };
}
