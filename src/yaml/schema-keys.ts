import { type ZodType, z } from 'zod';
import type { YamlPath } from './parse.ts';

/** The keys that the schema knows at a path, for `did you mean`. */
export function keysAt(schema: ZodType, path: YamlPath): string[] {
  let found: z.core.$ZodType[] = [schema];
  for (const segment of path) found = found.flatMap(unwrapped).flatMap((one) => childOf(one, segment));
  return found.flatMap(unwrapped).flatMap((one) => (one instanceof z.ZodObject ? Object.keys(one.shape) : []));
}

function unwrapped(schema: z.core.$ZodType): z.core.$ZodType[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable)
    return unwrapped(schema.def.innerType);
  if (schema instanceof z.ZodPipe) return unwrapped(schema.def.in);
  if (schema instanceof z.ZodLazy) return unwrapped(schema.def.getter());
  if (schema instanceof z.ZodUnion) return schema.def.options.flatMap(unwrapped);
  return [schema];
}

function childOf(schema: z.core.$ZodType, segment: string | number): z.core.$ZodType[] {
  if (schema instanceof z.ZodObject) {
    const child = (schema.shape as Record<string, z.core.$ZodType>)[String(segment)];
    return child ? [child] : [];
  }
  if (schema instanceof z.ZodArray) return [schema.def.element];
  return schema instanceof z.ZodRecord ? [schema.def.valueType] : [];
}
