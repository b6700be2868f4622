import type { ZodType, z } from 'zod';
import type { Diagnostic } from './diagnostic.ts';
import { type LocatedDocument, locate, type Part, type YamlPath } from './parse.ts';
import { keysAt } from './schema-keys.ts';
import { diagnosticAt, type Fault } from './source.ts';
import { valueAtPath } from './strings.ts';
import { suggestion } from './suggest.ts';
import { faultOf, unionMessage } from './validation-words.ts';

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
  const diagnostics = result.error.issues.flatMap((issue) => diagnosticsOf(issue, document, value, path, schema));
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
      return nearest.flatMap((below) =>
        diagnosticsOf({ ...below, path: [...inner, ...below.path] }, document, root, base, schema),
      );
    return [diagnosticAtPath(document, path, { message: unionMessage(issue.errors, valueAtPath(root, inner)) })];
  }
  const missing = valueAtPath(root, inner) === undefined && inner.length > 0;
  if (missing && (issue.code === 'invalid_type' || issue.code === 'invalid_value')) {
    const name = String(inner.at(-1));
    return [diagnosticAtPath(document, path.slice(0, -1), { message: `\`${name}\` is missing` })];
  }
  return [
    diagnosticAtPath(
      document,
      path,
      faultOf(issue, valueAtPath(root, inner)),
      issue.code === 'invalid_key' ? 'key' : 'value',
    ),
  ];
}

/** The branch of a union that somebody most likely meant: the one whose outermost type fits. */
function nearestBranch(branches: readonly Issue[][]): Issue[] | undefined {
  const fitting = branches.filter(
    (issues) =>
      !issues.some((issue) => issue.path.length === 0 && issue.code !== 'unrecognized_keys' && issue.code !== 'custom'),
  );
  return fitting.length === 0 ? undefined : fitting.reduce((best, next) => (next.length < best.length ? next : best));
}
