import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { readTextFile } from '../base/text-file.ts';
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

export interface ManifestSearchOptions {
  /** The folder to look at, by the workspace; `k8s` unless said. */
  folder?: string;
  /** File names that a set consists of; what else playbooks name comes with the console. Without it, all that they name. */
  members?: readonly string[] | undefined;
}

/**
 * Looks for a workspace's folder, `k8s/` unless said, that holds all of the manifests that playbooks name. Some of them are not
 * enough: a mixture of ours and theirs is nobody's. `secrets.yaml` is never taken: secrets come from the inputs.
 */
export function findManifestSet(
  workspace: string,
  names: readonly string[],
  { folder: named = 'k8s', members }: ManifestSearchOptions = {},
): ManifestSearch {
  const folder = resolve(workspace, named);
  if (!isFolder(folder)) return { set: undefined, notes: [] };
  const shown = shownFolder(workspace, folder);
  const { used, missing, left, present } = manifestsIn(folder, names, members);
  const notes = secretNotes(folder, shown, present);
  if (used.length === 0) return { set: undefined, notes: [] };
  if (missing.length > 0)
    return {
      set: undefined,
      notes: [`${shown} is not used: it lacks ${missing.join(', ')}; a set is taken whole or not at all`, ...notes],
    };
  const rest = left.length > 0 ? `; ${left.join(', ')} of the console` : '';
  const description = `the workspace's own: ${folder} (${used.length} files${rest})`;
  const mine = new Set(used);
  const fileOf = (name: string) =>
    isManifest(name) && mine.has(basename(name)) ? join(folder, basename(name)) : undefined;
  return { set: { folder, description, fileOf, notes }, notes };
}

/** Whether a file that a playbook names may come from a set. */
export function isSetMember(name: string, members?: readonly string[]): boolean {
  const file = basename(name);
  return isManifest(name) && file !== 'secrets.yaml' && (members === undefined || members.includes(file));
}

/** What a folder has of the manifests that playbooks name, by file name. */
export interface ManifestsInFolder {
  used: string[];
  /** A set must have these. */
  missing: string[];
  /** Not there, and no part of a set: they come with the console. */
  left: string[];
  /** There, and named by nobody. */
  unused: string[];
  present: ReadonlySet<string>;
}

export function manifestsIn(folder: string, names: readonly string[], members?: readonly string[]): ManifestsInFolder {
  const wanted = [...new Set(names.filter((name) => isSetMember(name)).map((name) => basename(name)))];
  const present = new Set(isFolder(folder) ? readdirSync(folder) : []);
  const isMember = (name: string) => members === undefined || members.includes(name);
  const used = wanted.filter((name) => present.has(name) && isMember(name));
  const absent = wanted.filter((name) => !used.includes(name));
  const unused = [...present].filter(
    (name) => /\.ya?ml$/.test(name) && !used.includes(name) && name !== 'secrets.yaml',
  );
  return { used, missing: absent.filter(isMember), left: absent.filter((name) => !isMember(name)), unused, present };
}

/** Folders of manifests that a workspace has: its own `k8s/`, and those of repositories that lie in it. By the workspace. */
export function manifestFolders(workspace: string): string[] {
  const children = isFolder(workspace)
    ? readdirSync(workspace, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
        .map(({ name }) => join(name, 'k8s'))
        .sort()
    : [];
  return ['k8s', ...children].filter((folder) => isFolder(join(workspace, folder)));
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

function shownFolder(workspace: string, folder: string): string {
  const within = relative(workspace, folder);
  return within.startsWith('..') ? folder : `${within}/`;
}

function secretNotes(folder: string, shown: string, present: ReadonlySet<string>): string[] {
  if (!present.has('secrets.yaml')) return [];
  const text = readPlainly(join(folder, 'secrets.yaml'));
  const notes = [`${shown}secrets.yaml is not used: secrets come from the inputs`];
  if (text.includes('REPLACE_WITH_'))
    notes.push(`${shown}secrets.yaml still holds placeholders (REPLACE_WITH_…); do not apply it by hand`);
  return notes;
}

/** Somebody else may have put it there: a link to a device that never ends is read no more than what is too large. */
export function readPlainly(path: string): string {
  try {
    return readTextFile(path);
  } catch {
    return '';
  }
}
