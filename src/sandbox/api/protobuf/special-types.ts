import type { Json } from '../json.ts';

/** What Go's `MarshalJSON` makes of a message, by the last part of its name. */
const conversions: Record<string, (fields: Json) => unknown> = {
  Quantity: ({ string }) => string || '0',
  Time: ({ seconds }) => (seconds === undefined ? null : instant(seconds).replace('.000Z', 'Z')),
  MicroTime: ({ seconds, nanos }) => (seconds === undefined ? null : microInstant(seconds, nanos)),
  IntOrString: ({ type, intVal, strVal }) => (type === 1 ? (strVal ?? '') : (intVal ?? 0)),
  RawExtension: ({ raw }) => raw ?? null,
  JSON: ({ raw }) => raw ?? null,
  FieldsV1: ({ Raw }) => Raw ?? null,
  JSONSchemaPropsOrBool: ({ allows, schema }) => schema ?? allows === true,
  JSONSchemaPropsOrArray: ({ schema, jSONSchemas }) => jSONSchemas ?? schema ?? null,
  JSONSchemaPropsOrStringArray: ({ schema, property }) => property ?? schema ?? null,
};

/** How the fields of a message become JSON, where it is not one by one; undefined for most messages. */
export function conversionOf(message: string): ((fields: Json) => unknown) | undefined {
  const name = message.slice(message.lastIndexOf('.') + 1);
  return Object.hasOwn(conversions, name) ? conversions[name] : undefined;
}

/** Whole seconds: what JSON cannot say is not read from protobuf either (`meta/v1/time_proto.go`). */
function instant(seconds: unknown): string {
  const time = new Date(Number(seconds) * 1000);
  if (Number.isNaN(time.getTime())) throw new Error('the time is out of range');
  return time.toISOString();
}

function microInstant(seconds: unknown, nanos: unknown): string {
  const micros = Math.trunc(Number(nanos ?? 0) / 1000);
  return instant(seconds).replace('.000Z', `.${String(micros).padStart(6, '0')}Z`);
}
