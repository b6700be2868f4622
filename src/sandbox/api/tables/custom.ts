import { isObject } from '../json.ts';
import type { PrinterColumn } from '../printer-column.ts';
import type { Column } from './column.ts';
import { ageColumn, ageOf, column, nameColumn } from './columns.ts';

/** The columns that a definition declares, or name and age (`apiextensions-apiserver/pkg/registry/customresource/tableconvertor`). */
export function customColumns(declared: readonly PrinterColumn[]): readonly Column[] {
  if (declared.length === 0) return [nameColumn, ageColumn];
  return [nameColumn, ...declared.map(customColumn)];
}

const types: readonly string[] = ['string', 'integer', 'number', 'boolean', 'date'];

function customColumn({ name, type, jsonPath, description, priority = 0, format }: PrinterColumn): Column {
  const read = (object: unknown) => valuesAt(object, jsonPath);
  return column(
    name,
    (object) => {
      const [value] = read(object);
      if (value === undefined || value === null) return null;
      if (type === 'date') return ageOf(value);
      return type === 'string' && typeof value === 'object' ? JSON.stringify(value) : value;
    },
    {
      type: (types.includes(type) ? type : 'string') as Column['type'],
      priority,
      description: description || `Custom resource definition column (in JSONPath format): ${jsonPath}`,
      ...(format ? { format } : {}),
    },
  );
}

/** The part of JSONPath that printer columns use: `.a.b`, `['c']`, `[0]`, `[*]`, `[?(@.type=="Ready")]`. */
export function valuesAt(object: unknown, path: string): unknown[] {
  const steps = path.matchAll(/\.([^.[\]]+)|\['([^']+)'\]|\[(\d+|\*)\]|\[\?\(@\.([\w.]+)\s*==\s*["']([^"']*)["']\)\]/g);
  let found: unknown[] = [object];
  for (const [, dotted, quoted, index, key, wanted] of steps) {
    const field = dotted?.replaceAll('\\', '') ?? quoted;
    found = found.flatMap((value) => {
      if (field !== undefined) return isObject(value) && value[field] !== undefined ? [value[field]] : [];
      if (!Array.isArray(value)) return [];
      if (key !== undefined) return value.filter((item) => valuesAt(item, `.${key}`)[0] === wanted);
      return index === '*' ? value : value.slice(Number(index), Number(index) + 1);
    });
  }
  return found;
}
