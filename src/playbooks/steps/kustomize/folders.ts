import { existsSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { parse } from 'yaml';

/** The file that makes a folder one of Kustomize's; undefined where there is none. */
export function kustomizationIn(folder: string): string | undefined {
  const names = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];
  return names.map((name) => join(folder, name)).find((file) => existsSync(file));
}

/** A Kustomize folder and what it is built upon, as far as that lies on this machine: names by the playbook's folder. */
export function foldersOf(name: string, pathOf: (name: string) => string): string[] {
  const found = new Set<string>();
  const visit = (one: string) => {
    if (found.has(one) || !existsSync(pathOf(one))) return;
    found.add(one);
    for (const reference of referencesOf(pathOf(one))) visit(normalize(join(one, reference)));
  };
  visit(normalize(name));
  return [...found];
}

/** What it names in other folders; addresses of elsewhere among it are not on this machine, and so are not found. */
function referencesOf(folder: string): string[] {
  const file = kustomizationIn(folder);
  if (file === undefined) return [];
  try {
    const { resources, bases, components } = (parse(readFileSync(file, 'utf8')) ?? {}) as Record<string, unknown>;
    return [resources, bases, components]
      .flat()
      .filter((one): one is string => typeof one === 'string' && one.startsWith('..'));
  } catch {
    // kubectl says what is wrong with it.
    return [];
  }
}
