/** A fault that a JSON Schema finds: where, and by which keyword. */
export interface SchemaFault {
  path: string;
  keyword: string;
}

type Schema = Record<string, unknown>;

// Say nothing about whether a value is right. `format` is for people; what counts stands in a `pattern` beside it.
const annotations = new Set([
  '$schema',
  'title',
  'description',
  'default',
  'definitions',
  'then',
  'format',
  '$id',
  'examples',
]);

/**
 * What is wrong with a value by a JSON Schema of draft 7, as far as the schemas of this program go: a keyword that it does not
 * know is an error, so that none is passed over.
 */
export function schemaFaults(value: unknown, root: Schema): SchemaFault[] {
  return check(value, root, root, '');
}

function check(value: unknown, schema: unknown, root: Schema, path: string): SchemaFault[] {
  if (schema === true) return [];
  if (schema === false) return [{ path, keyword: 'false' }];
  const asked = schema as Schema;
  return Object.entries(asked).flatMap(([keyword, argument]) => {
    if (annotations.has(keyword)) return [];
    const rule = rules[keyword];
    if (!rule) throw new Error(`${path}: the keyword ${keyword} is not known here`);
    return rule({ value, argument, schema: asked, root, path });
  });
}

interface Asked {
  value: unknown;
  // biome-ignore lint/suspicious/noExplicitAny: each rule knows what its keyword holds.
  argument: any;
  schema: Schema;
  root: Schema;
  path: string;
}
type Rule = (asked: Asked) => SchemaFault[];

/** A rule that looks at values of one sort only. */
function simple<T>(
  keyword: string,
  is: (value: unknown) => value is T,
  holds: (value: T, argument: never) => boolean,
): [string, Rule] {
  return [
    keyword,
    ({ value, argument, path }) => (!is(value) || holds(value, argument as never) ? [] : [{ path, keyword }]),
  ];
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number';
const isList = (value: unknown): value is unknown[] => Array.isArray(value);
const isMap = (value: unknown): value is Schema => value !== null && typeof value === 'object' && !Array.isArray(value);
const isAny = (value: unknown): value is unknown => value !== undefined || value === undefined;

const types: Record<string, (value: unknown) => boolean> = {
  string: isText,
  number: isNumber,
  integer: Number.isInteger,
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
  array: isList,
  object: isMap,
};

const rules: Record<string, Rule> = Object.fromEntries<Rule>([
  simple('type', isAny, (value, argument: string | string[]) => [argument].flat().some((type) => types[type]?.(value))),
  simple('enum', isAny, (value, argument: unknown[]) => argument.includes(value)),
  simple('const', isAny, (value, argument) => value === argument),
  simple('pattern', isText, (value, argument: string) => new RegExp(argument, 'u').test(value)),
  simple('minLength', isText, (value, argument: number) => value.length >= argument),
  simple('maxLength', isText, (value, argument: number) => value.length <= argument),
  simple('minimum', isNumber, (value, argument: number) => value >= argument),
  simple('maximum', isNumber, (value, argument: number) => value <= argument),
  simple('exclusiveMinimum', isNumber, (value, argument: number) => value > argument),
  simple('minItems', isList, (value, argument: number) => value.length >= argument),
  simple('maxItems', isList, (value, argument: number) => value.length <= argument),
  simple('required', isMap, (value, argument: string[]) => argument.every((key) => Object.hasOwn(value, key))),
  [
    'items',
    ({ value, argument, root, path }) =>
      isList(value) ? value.flatMap((item, at) => check(item, argument, root, `${path}/${at}`)) : [],
  ],
  [
    'properties',
    ({ value, argument, root, path }) =>
      isMap(value)
        ? Object.entries(value).flatMap(([key, item]) =>
            Object.hasOwn(argument, key) ? check(item, argument[key], root, `${path}/${key}`) : [],
          )
        : [],
  ],
  [
    'additionalProperties',
    ({ value, argument, schema, root, path }) =>
      isMap(value)
        ? Object.entries(value).flatMap(([key, item]) =>
            Object.hasOwn(schema.properties ?? {}, key) ? [] : check(item, argument, root, `${path}/${key}`),
          )
        : [],
  ],
  [
    'propertyNames',
    ({ value, argument, root, path }) =>
      isMap(value) ? Object.keys(value).flatMap((key) => check(key, argument, root, `${path}/${key}`)) : [],
  ],
  ['allOf', ({ value, argument, root, path }) => argument.flatMap((one: Schema) => check(value, one, root, path))],
  [
    'anyOf',
    ({ value, argument, root, path }) =>
      argument.some((one: Schema) => check(value, one, root, path).length === 0) ? [] : [{ path, keyword: 'anyOf' }],
  ],
  [
    'oneOf',
    ({ value, argument, root, path }) =>
      argument.filter((one: Schema) => check(value, one, root, path).length === 0).length === 1
        ? []
        : [{ path, keyword: 'oneOf' }],
  ],
  [
    'not',
    ({ value, argument, root, path }) =>
      check(value, argument, root, path).length > 0 ? [] : [{ path, keyword: 'not' }],
  ],
  [
    'if',
    ({ value, argument, schema, root, path }) =>
      check(value, argument, root, path).length === 0 ? check(value, schema.then ?? true, root, path) : [],
  ],
  ['$ref', ({ value, argument, root, path }) => check(value, atPointer(root, argument), root, path)],
]);

function atPointer(root: Schema, pointer: string): unknown {
  const [, ...keys] = pointer.split('/');
  return keys.reduce<unknown>((found, key) => {
    const next = (found as Schema)[key.replaceAll('~1', '/').replaceAll('~0', '~')];
    if (next === undefined) throw new Error(`there is no ${pointer} in the schema`);
    return next;
  }, root);
}
