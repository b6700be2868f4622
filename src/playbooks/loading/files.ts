import { existsSync, readdirSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { messageOf } from '../../base/errors.ts';
import { readTextFile } from '../../base/text-file.ts';
import { readScenario } from '../../load/scenario-file.ts';
import type { Diagnostic } from '../../yaml/diagnostic.ts';
import type { LocatedDocument, YamlPath } from '../../yaml/parse.ts';
import { diagnosticOfFile } from '../../yaml/source.ts';
import { suggest } from '../../yaml/suggest.ts';
import { diagnosticAtPath } from '../../yaml/validate.ts';
import type { ManifestSet } from '../manifest-set.ts';
import { type LoadedStep, ownStrings } from './loaded-step.ts';
import { checkManifest, isManifest } from './manifests.ts';

export interface FileSurroundings {
  document: LocatedDocument;
  folder: string;
  /** The workspace's manifests, when they stand in for the bundled ones. */
  manifests: ManifestSet | undefined;
  quick: boolean;
  /** Files that were looked at already. */
  checked: Map<string, Diagnostic[]>;
  /** How a path is said to a person. */
  shown(path: string): string;
}

/** The files that a step names, as far as their names are known before the run. */
export function filesOf(step: LoadedStep): readonly string[] {
  if (!step.kind?.files || !step.definition) return [];
  return step.kind.files(step.definition.config).filter((name) => !name.includes('${{'));
}

/** Where a file lies that a step names. */
export function fileOf(name: string, { manifests, folder }: Pick<FileSurroundings, 'manifests' | 'folder'>): string {
  return manifests?.fileOf(name) ?? resolve(folder, name);
}

/** That the files are there and inside of the playbook's folder, and that manifests and load scenarios are sound. */
export function checkFiles(step: LoadedStep, around: FileSurroundings): Diagnostic[] {
  return filesOf(step).flatMap((name) => {
    const at = placeOfName(step, name);
    const report = (message: string, hint?: string) => [diagnosticAtPath(around.document, at, { message, hint })];
    const path = fileOf(name, around);
    const outside = relative(around.folder, resolve(around.folder, name));
    if (isAbsolute(name) || outside.startsWith('..'))
      return report(`\`${name}\` lies outside of the playbook's folder`);
    if (!existsSync(path)) {
      const near = suggest(name, namesBelow(around.folder));
      return report(
        `there is no file \`${name}\``,
        near ? `did you mean \`${near}\`?` : `files are named from ${around.shown(around.folder)}`,
      );
    }
    return around.quick ? [] : checkedContents(name, path, around);
  });
}

function checkedContents(name: string, path: string, { checked, shown }: FileSurroundings): Diagnostic[] {
  const diagnostics = checked.get(path) ?? faultsIn(name, path, shown(path));
  checked.set(path, diagnostics);
  return diagnostics;
}

function faultsIn(name: string, path: string, shown: string): Diagnostic[] {
  try {
    return contentFaults(name, path, shown);
  } catch (error) {
    return [diagnosticOfFile(shown, { message: messageOf(error) })];
  }
}

function contentFaults(name: string, path: string, shown: string): Diagnostic[] {
  if (isManifest(name)) return checkManifest(path, shown);
  return /(^|\/)load\/.*\.ya?ml$/.test(name) ? readScenario(readTextFile(path), shown, name).diagnostics : [];
}

function placeOfName(step: LoadedStep, name: string): YamlPath {
  const found = ownStrings(step).find(({ text }) => text === name);
  return [...step.path, ...(found?.path ?? [])];
}

/** Files of a folder and of the folders in it, as a playbook names them. */
function namesBelow(folder: string, prefix = '', depth = 3): string[] {
  if (depth === 0 || !existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? namesBelow(join(folder, entry.name), `${prefix}${entry.name}/`, depth - 1)
      : [`${prefix}${entry.name}`],
  );
}
