import type { JsonSchema } from './playbook-schema.ts';

/** One option of a step: its path below the step, what it may be, what it is for. */
export interface OptionRow {
  path: string;
  type: string;
  description: string;
  /** The step, or the map that it stands in, is not right without it. */
  needed: boolean;
}

/** Every option that a JSON Schema of a map knows, those of maps and lists in it behind their own. */
export function optionRows(schema: JsonSchema, definitions: Record<string, JsonSchema>): OptionRow[] {
  const rows = new Map<string, OptionRow>();
  visit(schema, '', { definitions, rows, alternative: false });
  return [...rows.values()];
}

interface Visit {
  definitions: Record<string, JsonSchema>;
  rows: Map<string, OptionRow>;
  /** Whether it is one of several forms: what one of them needs the others may not have. */
  alternative: boolean;
}

function visit(schema: JsonSchema, path: string, { definitions, rows, alternative }: Visit): void {
  const forms = formsOf(schema, definitions).filter((form) => form.properties || form.items || isOpenMap(form));
  for (const form of forms) {
    const below = { definitions, rows, alternative: alternative || forms.length > 1 };
    const needed = (form.required ?? []) as string[];
    for (const [key, value] of Object.entries((form.properties ?? {}) as Record<string, JsonSchema | true>)) {
      if (value === true) continue;
      const at = path === '' ? key : `${path}.${key}`;
      const row: OptionRow = {
        path: at,
        type: typeOf(value, definitions),
        description: String(descriptionOf(value, definitions)),
        needed: needed.includes(key) && !below.alternative,
      };
      const known = rows.get(at);
      if (!known) rows.set(at, row);
      else if (known.type !== row.type) rows.set(at, { ...known, type: `${known.type} or ${row.type}` });
      visit(value, at, below);
    }
    if (form.items) visit(form.items as JsonSchema, `${path}[]`, below);
    if (isOpenMap(form)) visit(form.additionalProperties as JsonSchema, `${path}.<name>`, below);
  }
}

function isOpenMap({ additionalProperties }: JsonSchema): boolean {
  return additionalProperties !== null && typeof additionalProperties === 'object';
}

/** The forms that a value may have, references followed; steps inside of a step are described by themselves. */
function formsOf(schema: JsonSchema, definitions: Record<string, JsonSchema>): JsonSchema[] {
  const name = referenceOf(schema);
  if (name !== undefined) return isPlain(name) ? [] : formsOf(definitions[name] ?? {}, definitions);
  if (schema.anyOf && !schema.properties)
    return (schema.anyOf as JsonSchema[]).flatMap((form) => formsOf(form, definitions));
  return [schema];
}

function descriptionOf(schema: JsonSchema, definitions: Record<string, JsonSchema>): unknown {
  return schema.description ?? definitions[referenceOf(schema) ?? '']?.description ?? '';
}

const words: Record<string, string> = {
  string: 'text',
  number: 'number',
  integer: 'whole number',
  boolean: 'true or false',
  object: 'map',
};

function typeOf(schema: JsonSchema, definitions: Record<string, JsonSchema>): string {
  const name = referenceOf(schema);
  if (name === 'step') return 'step';
  if (name === 'duration') return 'duration';
  if (name !== undefined) return isPlain(name) ? 'any value' : typeOf(definitions[name] ?? {}, definitions);
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.enum) return (schema.enum as unknown[]).map((value) => `\`${String(value)}\``).join(', ');
  if (schema.anyOf && !schema.properties)
    return [...new Set((schema.anyOf as JsonSchema[]).map((form) => typeOf(form, definitions)))].join(' or ');
  if (schema.type === 'array') return `list of ${plural(typeOf((schema.items ?? {}) as JsonSchema, definitions))}`;
  if (Array.isArray(schema.type)) return schema.type.map((type) => words[String(type)] ?? String(type)).join(' or ');
  return words[String(schema.type)] ?? 'any value';
}

function plural(word: string): string {
  return /^[a-z ]+$/.test(word) && !/ or | value/.test(word) ? `${word}s` : word;
}

/** The name of the definition that a schema is, also where a description stands beside it. */
function referenceOf({ $ref, allOf }: JsonSchema): string | undefined {
  const [only, ...others] = (allOf ?? []) as JsonSchema[];
  const reference = $ref ?? (others.length === 0 ? only?.$ref : undefined);
  return typeof reference === 'string' ? reference.split('/').at(-1) : undefined;
}

// Any JSON at all: a definition that refers to itself.
function isPlain(name: string): boolean {
  return name === 'step' || /-part\d+$/.test(name);
}
