import { existsSync } from 'node:fs';
import { Problem } from '../../base/errors.ts';
import { readTextFile } from '../../base/text-file.ts';
import type { Diagnostic } from '../../yaml/diagnostic.ts';
import { type LocatedDocument, parseYamlDocuments, type YamlPath } from '../../yaml/parse.ts';
import { suggestion } from '../../yaml/suggest.ts';
import { diagnosticAtPath } from '../../yaml/validate.ts';
import { withChange } from '../steps/structural-change.ts';
import type { FileSurroundings } from './files.ts';
import { fileOf, filesOf } from './files.ts';
import type { LoadedStep } from './loaded-step.ts';

interface Change {
  select: string;
  path: string;
  remove?: boolean;
}

/** That the changes which an `apply` makes to its manifests select something and that their paths lead somewhere. */
export function checkChanges(step: LoadedStep, around: FileSurroundings): Diagnostic[] {
  const changes = step.definition?.config.set;
  if (step.kind?.name !== 'apply' || !Array.isArray(changes) || around.quick) return [];
  const objects = objectsOf(step, around);
  if (!objects) return [];
  return changes.flatMap((change: Change, index) => {
    const at = (key: keyof Change): YamlPath => [...step.path, 'set', index, key];
    // What an expression will choose is known only when it runs.
    if (change.select.includes('${' + '{') || change.path.includes('${' + '{')) return [];
    const selected = objects.filter((object) => object.names.includes(change.select));
    if (selected.length === 0) {
      const names = [...new Set(objects.flatMap((object) => object.names))];
      const fault = {
        message: `\`${change.select}\` fits none of the objects`,
        hint: suggestion(change.select, names, 'objects'),
      };
      return [diagnosticAtPath(around.document, at('select'), fault)];
    }
    const fault = selected.map((object) => pathFault(object.value, change)).find((one) => one !== undefined);
    return fault === undefined ? [] : [diagnosticAtPath(around.document, at('path'), { message: fault })];
  });
}

function pathFault(value: unknown, { path, remove }: Change): string | undefined {
  try {
    withChange(value, { path, value: null, remove });
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error.message;
    throw error;
  }
}

function documentsIn(paths: readonly string[]): LocatedDocument[] | undefined {
  try {
    return paths.flatMap((path) => parseYamlDocuments(readTextFile(path), path));
  } catch {
    return undefined;
  }
}

/** The objects of a step's files; undefined when one of them cannot be read, which is reported where it stands. */
function objectsOf(step: LoadedStep, around: FileSurroundings): { names: string[]; value: unknown }[] | undefined {
  const paths = filesOf(step).map((name) => fileOf(name, around));
  if (!paths.every((path) => existsSync(path))) return undefined;
  const documents = documentsIn(paths);
  if (!documents || documents.some(({ diagnostics }) => diagnostics.length > 0)) return undefined;
  return documents.map(({ value }) => {
    const { kind, metadata } = (value ?? {}) as { kind?: unknown; metadata?: { name?: unknown } };
    return { names: [String(kind), `${String(kind)}/${String(metadata?.name)}`], value };
  });
}
