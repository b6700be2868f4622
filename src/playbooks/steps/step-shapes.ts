import { z } from 'zod';

/** One file or several. */
export const fileNames = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);

/** `Deployment/tars-backend`; an expression may stand in it. */
export const objectName = z
  .string()
  .regex(
    /^([A-Za-z0-9.-]+\/)*[A-Za-z]+\/[^/\s]+$|\$\{\{/,
    'an object is written like `Deployment/tars-backend`, or with its API `apps/v1/Deployment/tars-backend`',
  );

/** A number, or an expression that comes to one. */
export const numberOrExpression = z.union([
  z.number(),
  z.string().regex(/^\$\{\{.*\}\}$/s, 'a number, or one expression that comes to one'),
]);

/** A text, number or boolean in a place where `${{ }}` may give it. */
export const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** Exit codes that count as good. */
export const goodExitCodes = z.array(z.number().int().min(0).max(255)).min(1);

/** Permissions of a file, as `chmod` takes them: `0644`. */
export const fileMode = z.string().regex(/^0?[0-7]{3}$/);

/** One or several of something, as a list. */
export function asList<T>(value: T | readonly T[] | undefined): T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? [...value] : [value as T];
}
