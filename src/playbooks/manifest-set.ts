import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isManifest } from './loading/manifests.ts';

/** A workspace's own manifests that stand in for the bundled ones, as a whole set. */
export interface ManifestSet {
  folder: string;
  /** For the screen and the run's header: where they are and what else was found there. */
  description: string;
  /** Where a manifest that a playbook names lies in the set; undefined for every other file. */
  fileOf(name: string): string | undefined;
  /** What a person should know of it: left-out files, a secrets.yaml with placeholders. */
  notes: string[];
}

export interface ManifestSearch {
  set: ManifestSet | undefined;
  /** Why a folder that looks like a set is not used. */
  notes: string[];
}

/**
 * Looks for a workspace's `k8s/` folder that holds all of the manifests that playbooks name. Some of them are not enough: a
 * mixture of ours and theirs is nobody's. `secrets.yaml` is never taken: secrets come from the inputs.
 */
export function findManifestSet(workspace: string, names: readonly string[]): ManifestSearch {
  const folder = join(workspace, 'k8s');
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return { set: undefined, notes: [] };
  const wanted = [...new Set(names.filter(isManifest).map((name) => basename(name)))].filter(
    (name) => name !== 'secrets.yaml',
  );
  const present = new Set(readdirSync(folder));
  const missing = wanted.filter((name) => !present.has(name));
  const notes = secretNotes(folder, present);
  if (wanted.length === 0 || missing.length === wanted.length) return { set: undefined, notes: [] };
  if (missing.length > 0)
    return {
      set: undefined,
      notes: [`k8s/ is not used: it lacks ${missing.join(', ')}; a set is taken whole or not at all`, ...notes],
    };
  const description = `the workspace's own: ${folder} (${wanted.length} files)`;
  const fileOf = (name: string) =>
    isManifest(name) && basename(name) !== 'secrets.yaml' ? join(folder, basename(name)) : undefined;
  return { set: { folder, description, fileOf, notes }, notes };
}

function secretNotes(folder: string, present: ReadonlySet<string>): string[] {
  if (!present.has('secrets.yaml')) return [];
  const text = readFileSync(join(folder, 'secrets.yaml'), 'utf8');
  const notes = ['k8s/secrets.yaml is not used: secrets come from the inputs'];
  if (text.includes('REPLACE_WITH_'))
    notes.push('k8s/secrets.yaml still holds placeholders (REPLACE_WITH_…); do not apply it by hand');
  return notes;
}
