import { Problem } from '../../../base/errors.ts';
import { parsePath } from '../../../yaml/path.ts';
import type { HelmOptions } from './options.ts';

/** What helm is given as values: files by name, everything else by its stdin, so that no value is an argument. */
export interface HelmValues {
  args: string[];
  stdin: string;
}

/** The values of a step. `secretOf` gives a sensitive input's value. */
export function helmValues(
  options: HelmOptions,
  pathOf: (name: string) => string,
  secretOf: (input: string) => string,
): HelmValues {
  const values: Record<string, unknown> = structuredClone(options.values ?? {});
  for (const [path, input] of Object.entries(options['secret-values'] ?? {}))
    setAt(values, keysOf(path), secretOf(input), path);
  const files = (options['values-files'] ?? []).flatMap((name) => ['--values', pathOf(name)]);
  // JSON is YAML, and the last one wins.
  return { args: [...files, '--values', '-'], stdin: JSON.stringify(values) };
}

/** The value at the path of a `secret-values` entry; undefined where there is none. */
export function valueAt(values: unknown, path: string): unknown {
  return keysOf(path).reduce<unknown>((value, key) => (value as Record<string, unknown> | null)?.[key], values);
}

function keysOf(path: string): string[] {
  return parsePath(path).map((segment) => {
    if ('key' in segment) return segment.key;
    throw new Problem(`\`secret-values\` names keys: \`auth.password\`, not \`${path}\``);
  });
}

function setAt(values: Record<string, unknown>, keys: readonly string[], value: unknown, path: string): void {
  const [key = '', ...rest] = keys;
  if (rest.length === 0) {
    values[key] = value;
    return;
  }
  const below = Object.hasOwn(values, key) ? values[key] : {};
  if (below === null || typeof below !== 'object' || Array.isArray(below))
    throw new Problem(`\`secret-values\`: ${path} leads through a value that is no map`);
  values[key] = below;
  setAt(below as Record<string, unknown>, rest, value, path);
}
