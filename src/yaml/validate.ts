import type { ZodType, z } from 'zod';
import type { Diagnostic } from './diagnostic.ts';
import { type LocatedDocument, locate, type Part, type YamlPath } from './parse.ts';
import { keysAt } from './schema-keys.ts';
import { diagnosticAt, type Fault } from './source.ts';
import { valueAtPath } from './strings.ts';
import { suggest, suggestion } from './suggest.ts';
import { faultOf, unionFault } from './validation-words.ts';

export interface Validated<T> {
  /** Undefined as soon as there is one error. */
  value: T | undefined;
  diagnostics: Diagnostic[];
}

/**
 * Holds a document, or what stands at `path` in it, against a schema. Every problem at once: a wrong value is marked at the
 * value, a missing key at its parent, an unknown key at the key.
 */
export function validateYaml<T>(document: LocatedDocument, schema: ZodType<T>, path: YamlPath = []): Validated<T> {
  const value = valueAtPath(document.value, path);
  // What is no YAML has no shape to speak of.
  if (document.value === undefined) return { value: undefined, diagnostics: [] };
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return { value: result.data, diagnostics: [] };
  const issues = withoutMisspelt(result.error.issues, schema, value);
  const diagnostics = issues.flatMap((issue) => diagnosticsOf(issue, document, value, path, schema));
  return { value: undefined, diagnostics };
}

/** A fault at a path of a document. */
export function diagnosticAtPath(
  document: LocatedDocument,
  path: YamlPath,
  fault: Fault,
  part: Part = 'value',
): Diagnostic {
  const { start, end } = locate(document, path, part);
  return diagnosticAt(document.source, start, end, fault);
}

type Issue = z.core.$ZodIssue;

function diagnosticsOf(
  issue: Issue,
  document: LocatedDocument,
  root: unknown,
  base: YamlPath,
  schema: ZodType,
): Diagnostic[] {
  const inner = issue.path as (string | number)[];
  const path = [...base, ...inner];
  if (issue.code === 'unrecognized_keys') {
    const keys = keysAt(schema, inner);
    return issue.keys.map((key) =>
      diagnosticAtPath(
        document,
        [...path, key],
        { message: `unknown key \`${key}\``, hint: suggestion(key, keys) },
        'key',
      ),
    );
  }
  if (issue.code === 'invalid_union') {
    const nearest = nearestBranch(issue.errors);
    if (nearest)
      return withoutMisspelt(
        nearest.map((below) => ({ ...below, path: [...inner, ...below.path] })),
        schema,
        root,
      ).flatMap((below) => diagnosticsOf(below, document, root, base, schema));
    if (isMissing(issue, root)) return [missing(document, path)];
    return [diagnosticAtPath(document, path, unionFault(issue.errors, valueAtPath(root, inner)))];
  }
  if (isMissing(issue, root)) return [missing(document, path)];
  return [
    diagnosticAtPath(
      document,
      path,
      faultOf(issue, valueAtPath(root, inner)),
      issue.code === 'invalid_key' ? 'key' : 'value',
    ),
  ];
}

const missingCodes: ReadonlySet<string> = new Set(['invalid_type', 'invalid_value', 'invalid_union']);

function isMissing({ code, path }: Issue, root: unknown): boolean {
  return missingCodes.has(code) && path.length > 0 && valueAtPath(root, path as YamlPath) === undefined;
}

function missing(document: LocatedDocument, path: YamlPath): Diagnostic {
  return diagnosticAtPath(document, path.slice(0, -1), { message: `\`${String(path.at(-1))}\` is missing` });
}

/** A key that is written wrong is one fault: that the right one is missing goes without saying. */
function withoutMisspelt(issues: readonly Issue[], schema: ZodType, root: unknown): Issue[] {
  const meant = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => [...issue.path, suggest(key, keysAt(schema, issue.path as YamlPath))].join('.'))
      : [],
  );
  return issues.filter((issue) => !isMissing(issue, root) || !meant.includes(issue.path.join('.')));
}

/** The branch of a union that somebody most likely meant: the one whose outermost type fits. */
function nearestBranch(branches: readonly Issue[][]): Issue[] | undefined {
  const fitting = branches.filter(
    (issues) =>
      !issues.some((issue) => issue.path.length === 0 && issue.code !== 'unrecognized_keys' && issue.code !== 'custom'),
  );
  return fitting.length === 0 ? undefined : fitting.reduce((best, next) => (next.length < best.length ? next : best));
}
