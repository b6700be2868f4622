import { z } from 'zod';
import { commonStepFields, playbookSchema } from '../playbooks/schema.ts';
import type { StepKind } from '../playbooks/step-kind.ts';

/** A JSON Schema, draft 7. */
export type JsonSchema = { [keyword: string]: unknown };

/** What a zod schema says, as a JSON Schema of what people write. */
export function toJsonSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...made } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', target: 'draft-7' });
  return made;
}

/**
 * The JSON Schema of a playbook. A step's keys are all offered until the one that names its kind is there; from then on the
 * kind's own schema says what may stand beside it, so that a fault is told as one of that kind and not of thirty.
 */
export function playbookJsonSchema(kinds: readonly StepKind[]): JsonSchema {
  const definitions: Record<string, unknown> = {};
  const take = (name: string, schema: z.ZodType): JsonSchema => {
    const { definitions: own, ...made } = withNames(toJsonSchema(schema), name);
    Object.assign(definitions, own);
    return made;
  };
  const whole = take('playbook', playbookSchema);
  const common = propertiesOf(take('step', z.strictObject(commonStepFields)));
  for (const kind of kinds) {
    const name = `step-${kind.name}`;
    definitions[name] = kindSchema(kind, take(name, z.strictObject(kind.shape)), common);
  }
  definitions.step = stepSchema(kinds, common);
  return { ...whole, definitions: Object.fromEntries(Object.entries(definitions).map(withoutId).sort(byName)) };
}

function stepSchema(kinds: readonly StepKind[], common: Record<string, unknown>): JsonSchema {
  const named = kinds.map(({ name, description }) => [name, { description }]);
  const options = kinds.flatMap(({ shape }) => Object.keys(shape)).map((key) => [key, true]);
  return {
    type: 'object',
    description: 'One step; the key that names its kind says what it does',
    required: ['title'],
    properties: { ...common, ...Object.fromEntries(options), ...Object.fromEntries(named) },
    additionalProperties: false,
    anyOf: kinds.map(({ name }) => ({ required: [name] })),
    allOf: kinds.map((kind) => conditional(isOfKind(kind, kinds), { $ref: `#/definitions/step-${kind.name}` })),
  };
}

function conditional(condition: JsonSchema, schema: JsonSchema): JsonSchema {
  // biome-ignore lint/suspicious/noThenProperty: JSON Schema calls it so; nobody awaits it.
  return { if: condition, then: schema };
}

/** Its key is there, and is not an option of another kind whose key is there too: `wait` of an `apply`. */
function isOfKind({ name }: StepKind, kinds: readonly StepKind[]): JsonSchema {
  const owners = kinds.filter((other) => other.name !== name && Object.hasOwn(other.shape, name));
  const required = { required: [name] };
  if (owners.length === 0) return required;
  return { ...required, not: { anyOf: owners.map((owner) => ({ required: [owner.name] })) } };
}

function kindSchema({ description }: StepKind, own: JsonSchema, common: Record<string, unknown>): JsonSchema {
  const allowed = Object.fromEntries(Object.keys(common).map((key) => [key, true]));
  return { ...own, description, properties: { ...allowed, ...propertiesOf(own) } };
}

function propertiesOf({ properties }: JsonSchema): Record<string, unknown> {
  return (properties ?? {}) as Record<string, unknown>;
}

// Definitions without a name of their own are counted from 0 in each schema, and several schemas come together here.
function withNames(schema: JsonSchema, name: string): JsonSchema {
  return JSON.parse(JSON.stringify(schema).replaceAll('__schema', `${name}-part`)) as JsonSchema;
}

// The name under which a definition stands is enough.
function withoutId([name, schema]: [string, unknown]): [string, unknown] {
  const { $id: _, id: __, ...rest } = schema as JsonSchema;
  return [name, rest];
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}
