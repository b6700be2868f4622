import { type FieldDescriptor, fieldsOf } from '../protobuf/descriptors.ts';

/** How Go writes the fields of a struct that hold nothing, by the `json` tags of its source (`encoding/json`). */
export interface EmptyFields {
  /** What is always written, and as what when nobody gave it: `""`, 0, false, null or a struct of such. */
  readonly written: ReadonlyMap<string, unknown>;
  /** Fields that are left out when they are `""`, 0, false, or a list or map without items. */
  readonly leftOut: ReadonlySet<string>;
  /** An empty list is no list any more once it was stored: protobuf cannot tell them apart, JSON can. */
  readonly forgets: boolean;
}

const known = new Map<string, EmptyFields | undefined>();

/** Of a struct by the name of its definition, e.g. `io.k8s.api.core.v1.PodSpec`; undefined for what is none of Kubernetes' own. */
export function emptyFieldsOf(definition: string): EmptyFields | undefined {
  if (known.has(definition)) return known.get(definition);
  const found = read(definition.replace(/^io\.k8s\./, '').replaceAll('-', '_'));
  known.set(definition, found);
  return found;
}

function read(message: string): EmptyFields | undefined {
  const fields = fieldsOf(message);
  if (!fields || isSpecial(message)) return undefined;
  const written = new Map<string, unknown>();
  const leftOut = new Set<string>();
  for (const field of flat(fields.values())) {
    const zero = zeroOf(field);
    if (zero !== undefined) written.set(field.name, zero);
    else if (!field.pointer) leftOut.add(field.name);
  }
  return { written, leftOut, forgets: !/^(apiextensions_apiserver|kube_aggregator)\./.test(message) };
}

function* flat(fields: Iterable<FieldDescriptor>): Iterable<FieldDescriptor> {
  for (const field of fields) {
    if (field.inline) yield* flat(fieldsOf(field.type)?.values() ?? []);
    else yield field;
  }
}

/** What stands for nothing in a field; undefined where nothing does. */
function zeroOf({ type, list, map, pointer, omitEmpty, omitZero }: FieldDescriptor): unknown {
  const isStruct = !list && !map && !pointer && fieldsOf(type) !== undefined;
  if (omitZero || (omitEmpty && !isStruct)) return undefined;
  if (list || map || pointer || type === 'bytes') return null;
  if (isStruct) return isSpecial(type) ? specialZero(type) : Object.fromEntries(read(type)?.written ?? []);
  if (type === 'string') return '';
  return type === 'bool' ? false : 0;
}

const zeroes: Readonly<Record<string, unknown>> = { Quantity: '0', IntOrString: 0 };
const selfEncoded = /\.(Quantity|Time|MicroTime|IntOrString|RawExtension|JSON|FieldsV1|JSONSchemaPropsOr\w+)$/;

/** Types that write themselves in JSON (`MarshalJSON`). */
function isSpecial(message: string): boolean {
  return selfEncoded.test(message);
}

function specialZero(message: string): unknown {
  return zeroes[message.slice(message.lastIndexOf('.') + 1)] ?? null;
}

/** Whether a field that holds this is left out. */
export function isEmptyValue(value: unknown): boolean {
  if (value === '' || value === 0 || value === false || value === null) return true;
  if (typeof value !== 'object') return false;
  for (const _ in value) return false;
  return true;
}
