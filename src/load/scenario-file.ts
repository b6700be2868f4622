import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { exitCodes, Problem } from '../base/errors.ts';
import { compileExpression, ExpressionError, findTemplates } from '../base/expressions.ts';
import { packageRoot } from '../base/package-root.ts';
import { readTextFile } from '../base/text-file.ts';
import type { Diagnostic } from '../yaml/diagnostic.ts';
import { hasErrors, invalidFiles } from '../yaml/diagnostics.ts';
import { type LocatedDocument, parseYaml, type YamlPath } from '../yaml/parse.ts';
import { diagnosticAt } from '../yaml/source.ts';
import { suggestion } from '../yaml/suggest.ts';
import { placeInText } from '../yaml/text-place.ts';
import { validateYaml } from '../yaml/validate.ts';
import { type Scenario, scenarioSchema } from './scenario.ts';
import { metricsVariables } from './thresholds.ts';

/** Reads a scenario's text. Every problem is a diagnostic: YAML, schema, CEL in the thresholds. Never throws. */
export function readScenario(
  text: string,
  file: string,
  name: string,
): { value: Scenario | undefined; diagnostics: Diagnostic[] } {
  const document = parseYaml(text, file);
  const { value, diagnostics } = validateYaml(document, scenarioSchema);
  const all = [...document.diagnostics, ...diagnostics, ...thresholdDiagnostics(document)];
  return { value: value && !hasErrors(all) ? { ...value, name } : undefined, diagnostics: all };
}

/** Reads a scenario's file. Throws `Problem` with every fault in it, exit code 2. */
function loadScenarioFile(file: string, name = basename(file).replace(/\.ya?ml$/, '')): Scenario {
  let text: string;
  try {
    text = readTextFile(file);
  } catch (cause) {
    throw new Problem(`The scenario ${file} cannot be read`, { exitCode: exitCodes.usage, cause });
  }
  const { value, diagnostics } = readScenario(text, file, name);
  if (!value) throw invalidFiles(diagnostics);
  return value;
}

/** Folders that hold `<system>/load/<name>.yaml`; an earlier one wins. */
function scenarioRoots(workspace = process.cwd()): string[] {
  return [join(workspace, '.tars-console', 'playbooks'), join(packageRoot(), 'playbooks')];
}

/**
 * The scenario that `tars/basic`, or a path of a YAML file, names. Throws `Problem` (exit code 2) with what there is, when
 * there is none of that name.
 */
export function findScenario(reference: string, roots: readonly string[] = scenarioRoots()): Scenario {
  if (/\.ya?ml$/.test(reference)) return loadScenarioFile(resolve(reference));
  const [, system, name] = /^([\w-]+)\/([\w-]+)$/.exec(reference) ?? [];
  const file = roots.map((root) => join(root, system ?? '', 'load', `${name}.yaml`)).find(existsSync);
  if (system && name && file) return loadScenarioFile(file, reference);
  const known = listScenarios(roots);
  const near = suggestion(reference, known, 'scenarios');
  throw new Problem(`There is no load scenario \`${reference}\``, {
    next: [near ?? `Scenarios: ${known.join(', ')}`, 'Or name a YAML file.'],
    exitCode: exitCodes.usage,
  });
}

/** `<system>/<name>` of every scenario there is. */
export function listScenarios(roots: readonly string[] = scenarioRoots()): string[] {
  const names = roots.flatMap((root) =>
    entries(root).flatMap((system) =>
      entries(join(root, system, 'load'))
        .filter((file) => file.endsWith('.yaml'))
        .map((file) => `${system}/${file.replace(/\.yaml$/, '')}`),
    ),
  );
  return [...new Set(names)].sort();
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function thresholdDiagnostics(document: LocatedDocument): Diagnostic[] {
  const thresholds = (document.value as { thresholds?: unknown } | null | undefined)?.thresholds;
  if (!Array.isArray(thresholds)) return [];
  return thresholds.flatMap((threshold: { expect?: unknown; observed?: unknown } | null, index) => {
    const { expect, observed } = threshold ?? {};
    return [
      ...(typeof expect === 'string' ? check(document, ['thresholds', index, 'expect'], expect, 0, true) : []),
      ...(typeof observed === 'string' ? checkTemplates(document, ['thresholds', index, 'observed'], observed) : []),
    ];
  });
}

function checkTemplates(document: LocatedDocument, path: YamlPath, text: string): Diagnostic[] {
  try {
    return findTemplates(text).flatMap(({ source, sourceStart }) => check(document, path, source, sourceStart, false));
  } catch (error) {
    return [fault(document, path, 0, error)];
  }
}

function check(
  document: LocatedDocument,
  path: YamlPath,
  source: string,
  from: number,
  condition: boolean,
): Diagnostic[] {
  try {
    const { type } = compileExpression(source, { variables: metricsVariables });
    if (!condition || type === 'bool' || type === 'dyn') return [];
    throw new ExpressionError(`this must come to true or false; it is of the type ${type}`, 0, source.length);
  } catch (error) {
    return [fault(document, path, from, error)];
  }
}

function fault(document: LocatedDocument, path: YamlPath, from: number, error: unknown): Diagnostic {
  if (!(error instanceof ExpressionError)) throw error;
  const { start, end } = placeInText(document, path, from + error.offset, error.length);
  const names = ['metrics', ...Object.keys(metricsVariables.metrics)];
  const hint = error.unknown === undefined ? undefined : suggestion(error.unknown, names, 'names');
  return diagnosticAt(document.source, start, end, { message: `expression: ${error.message}`, hint });
}
