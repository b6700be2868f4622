import { readData } from '../../data/read-data.ts';

/** A field of a message and what Go's tags say of it in JSON. */
export interface FieldDescriptor {
  /** Empty for the only field of a message that stands for a list. */
  name: string;
  /** A scalar's name or a message's. */
  type: string;
  list: boolean;
  /** Keys are text; `type` is the values'. */
  map: boolean;
  /** Its own fields belong to the object around it. */
  inline: boolean;
  pointer: boolean;
  omitEmpty: boolean;
  omitZero: boolean;
}

export type MessageDescriptor = ReadonlyMap<number, FieldDescriptor>;

interface Recorded {
  /** By API version, such as `apps/v1`. */
  packages: Record<string, string>;
  messages: Record<string, [number: number, name: string, type: string, flags: string][]>;
}

const options = 'apimachinery.pkg.apis.meta.v1';

let recorded: Recorded | undefined;
const known = new Map<string, MessageDescriptor>();

function read(): Recorded {
  recorded ??= JSON.parse(readData('protobuf.json').toString()) as Recorded;
  return recorded;
}

/** The message of a kind; the options of requests are spoken of in any version (`meta/v1/register.go`). */
export function messageOfKind(apiVersion: string, kind: string): string | undefined {
  const { packages, messages } = read();
  const name = `${packages[apiVersion] ?? ''}.${kind}`;
  if (messages[name]) return name;
  return kind.endsWith('Options') && messages[`${options}.${kind}`] ? `${options}.${kind}` : undefined;
}

/** The fields of a message by their number; undefined for a scalar. */
export function fieldsOf(message: string): MessageDescriptor | undefined {
  const found = known.get(message);
  if (found) return found;
  const fields = read().messages[message]?.map(
    ([number, name, type, flags]) => [number, describe(name, type, flags)] as const,
  );
  if (!fields) return undefined;
  const descriptor = new Map(fields);
  known.set(message, descriptor);
  return descriptor;
}

function describe(name: string, type: string, flags: string): FieldDescriptor {
  const has = (flag: string) => flags.includes(flag);
  return {
    name,
    type,
    list: has('r'),
    map: has('m'),
    inline: has('i'),
    pointer: has('p'),
    omitEmpty: has('o'),
    omitZero: has('z'),
  };
}
