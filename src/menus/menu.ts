import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnostic } from '../yaml/diagnostic.ts';
import { hasErrors } from '../yaml/diagnostics.ts';
import type { LocatedDocument, YamlPath } from '../yaml/parse.ts';
import { parseYamlFile } from '../yaml/parse-file.ts';
import { validateYaml } from '../yaml/validate.ts';
import { type MenuView, menuSchema, type WrittenMenuItem } from './schema.ts';

export type MenuItem = { title: string; description?: string } & (
  | { kind: 'playbook'; playbook: string; inputs: Record<string, string | number | boolean> }
  | { kind: 'menu'; items: MenuItem[] }
  | { kind: 'view'; view: MenuView }
  /** One diagnosis, or `all` of the menu's system. */
  | { kind: 'diagnose'; diagnose: string }
  /** A page of the menu's system. */
  | { kind: 'page'; page: string }
  /** A checklist of the menu's system. */
  | { kind: 'checklist'; checklist: string }
);

export interface Menu {
  system: string;
  title: string;
  description?: string;
  items: MenuItem[];
  file: string;
  source: 'bundled' | 'workspace';
}

export interface LoadedMenu {
  value: Menu | undefined;
  diagnostics: Diagnostic[];
  /** For faults that show only when the menu is held against the playbooks. */
  document: LocatedDocument;
}

/** Reads one menu file. Never throws for what is wrong with it. */
export function loadMenu(
  file: string,
  source: Menu['source'],
  shown: (path: string) => string = (path) => path,
): LoadedMenu {
  const document = parseYamlFile(file, shown(file));
  const { value, diagnostics } = validateYaml(document, menuSchema);
  const all = [...document.diagnostics, ...diagnostics];
  if (!value || hasErrors(all)) return { value: undefined, diagnostics: all, document };
  const { system, title, description, items } = value;
  const menu: Menu = { system, title, ...(description ? { description } : {}), items: items.map(toItem), file, source };
  return { value: menu, diagnostics: all, document };
}

/** The menu files of a folder. */
export function menuFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => join(folder, name));
}

/** Every item of a menu and of the menus in it, with its path in the file. */
export function* menuItems(
  items: readonly MenuItem[],
  path: YamlPath = ['items'],
): Generator<{ item: MenuItem; path: YamlPath }> {
  for (const [index, item] of items.entries()) {
    yield { item, path: [...path, index] };
    if (item.kind === 'menu') yield* menuItems(item.items, [...path, index, 'items']);
  }
}

function toItem({
  title,
  description,
  playbook,
  inputs,
  items,
  view,
  page,
  diagnose,
  checklist,
}: WrittenMenuItem): MenuItem {
  const shared = { title, ...(description ? { description } : {}) };
  if (playbook !== undefined) return { ...shared, kind: 'playbook', playbook, inputs: presets(inputs) };
  if (items) return { ...shared, kind: 'menu', items: items.map(toItem) };
  if (diagnose !== undefined) return { ...shared, kind: 'diagnose', diagnose };
  if (page !== undefined) return { ...shared, kind: 'page', page };
  if (checklist !== undefined) return { ...shared, kind: 'checklist', checklist };
  return { ...shared, kind: 'view', view: view ?? 'status' };
}

/** A list is written as it is typed, with commas. */
function presets(inputs: WrittenMenuItem['inputs'] = {}): Record<string, string | number | boolean> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]),
  );
}
