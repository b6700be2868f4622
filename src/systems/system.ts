import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { z } from 'zod';
import { compileExpression, ExpressionError, findTemplates } from '../base/expressions.ts';
import type { Diagnostic } from '../yaml/diagnostic.ts';
import { hasErrors } from '../yaml/diagnostics.ts';
import type { LocatedDocument, YamlPath } from '../yaml/parse.ts';
import { parseYamlFile } from '../yaml/parse-file.ts';
import { diagnosticAt } from '../yaml/source.ts';
import { suggestion } from '../yaml/suggest.ts';
import { placeInText } from '../yaml/text-place.ts';
import { diagnosticAtPath, validateYaml } from '../yaml/validate.ts';
import { checkReadings } from './check-readings.ts';
import { metricTypes } from './metric-types.ts';
import { systemSchema } from './schema.ts';

/** A product that is deployed, as its `system.yaml` says. */
export interface System extends z.output<typeof systemSchema> {
  /** The folder of its playbooks. */
  folder: string;
  source: 'bundled' | 'workspace';
}

/** A folder of systems, each a folder of playbooks. */
export interface SystemRoot {
  folder: string;
  source: System['source'];
}

export interface LoadedSystems {
  systems: System[];
  diagnostics: Diagnostic[];
}

/** Reads every `<root>/<system>/system.yaml`. The first root that has a system wins. */
export function loadSystems(
  roots: readonly SystemRoot[],
  shown: (path: string) => string = (path) => path,
): LoadedSystems {
  const found = new Map<string, System>();
  const diagnostics: Diagnostic[] = [];
  for (const root of roots) {
    for (const file of systemFiles(root.folder)) {
      if (found.has(basename(dirname(file)))) continue;
      const loaded = loadSystem(file, root.source, shown);
      diagnostics.push(...loaded.diagnostics);
      if (loaded.value) found.set(loaded.value.name, loaded.value);
    }
  }
  return { systems: [...found.values()].sort(inOrder), diagnostics };
}

/** The workspace's own first, then by what they say, then by name. */
function inOrder(a: System, b: System): number {
  const [own, other] = [a, b].map(({ source }) => (source === 'workspace' ? 0 : 1));
  const byNumber = (own ?? 0) - (other ?? 0) || (a.order ?? 100) - (b.order ?? 100);
  return byNumber || (a.name < b.name ? -1 : 1);
}

/** Reads one `system.yaml`. Never throws for what is wrong with it. */
export function loadSystem(
  file: string,
  source: System['source'],
  shown: (path: string) => string = (path) => path,
): { value: System | undefined; diagnostics: Diagnostic[] } {
  const document = parseYamlFile(file, shown(file));
  const { value, diagnostics } = validateYaml(document, systemSchema);
  const all = [
    ...document.diagnostics,
    ...diagnostics,
    ...(value ? checkSystem(document, value, basename(dirname(file))) : []),
  ];
  return {
    value: value && !hasErrors(all) ? { ...value, folder: dirname(file), source } : undefined,
    diagnostics: all,
  };
}

function systemFiles(root: string): string[] {
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .map((name) => join(root, name, 'system.yaml'))
    .filter((file) => existsSync(file))
    .sort();
}

function checkSystem(document: LocatedDocument, system: z.output<typeof systemSchema>, folder: string): Diagnostic[] {
  const diagnostics = system.targets.flatMap(({ expect, observed }, index) => [
    ...checkTarget(document, ['targets', index, 'expect'], expect, 0, true),
    ...checkObserved(document, ['targets', index, 'observed'], observed),
  ]);
  if (system.readings)
    checkReadings(system.readings, ({ path, offset }, error) =>
      diagnostics.push(expressionFault(document, path, offset, error)),
    );
  if (system.name !== folder)
    diagnostics.push(
      diagnosticAtPath(document, ['name'], { message: `the name is not that of its folder, \`${folder}\`` }),
    );
  return diagnostics;
}

function checkObserved(document: LocatedDocument, path: YamlPath, text: string): Diagnostic[] {
  try {
    return findTemplates(text).flatMap(({ source, sourceStart }) =>
      checkTarget(document, path, source, sourceStart, false),
    );
  } catch (error) {
    return [expressionFault(document, path, 0, error)];
  }
}

function checkTarget(
  document: LocatedDocument,
  path: YamlPath,
  source: string,
  offset: number,
  condition: boolean,
): Diagnostic[] {
  try {
    const { type } = compileExpression(source, { variables: { metrics: metricTypes } });
    if (!condition || type === 'bool') return [];
    return [
      diagnosticAtPath(document, path, { message: `this must come to true or false; it is of the type ${type}` }),
    ];
  } catch (error) {
    return [expressionFault(document, path, offset, error)];
  }
}

function expressionFault(document: LocatedDocument, path: YamlPath, offset: number, error: unknown): Diagnostic {
  if (!(error instanceof ExpressionError)) throw error;
  const { start, end } = placeInText(document, path, offset + error.offset, error.length);
  const hint =
    error.unknown === undefined
      ? undefined
      : suggestion(error.unknown, ['metrics', ...Object.keys(metricTypes)], 'names');
  return diagnosticAt(document.source, start, end, { message: `expression: ${error.message}`, hint });
}
