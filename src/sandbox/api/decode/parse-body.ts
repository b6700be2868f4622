import { isScalar, LineCounter, parseDocument, type Tags, visit } from 'yaml';
import { messageOf } from '../../../base/errors.ts';
import { decodeProtobuf, protobufType } from '../protobuf/decode.ts';
import { findDuplicates, type TextOrder } from './duplicates.ts';
import { jsonSyntaxError } from './json-syntax.ts';

/** A body that cannot be read, in the words of Go's decoders. */
export class BodyFault extends Error {}

/** Deeper than any object of the API; everybody who walks an object does so by recursion. A real server goes down to 10,000. */
const deepestBody = 500;

const orders = new WeakMap<object, TextOrder>();

/** What is known of the text that a body was read from: its duplicate fields, told of in the order of the text. */
export function textOrderOf(body: object): TextOrder | undefined {
  return orders.get(body);
}

/** Reads JSON, YAML or protobuf. Throws a `BodyFault`. */
export function parseBody(body: Buffer, type: string): unknown {
  if (type === protobufType) return parseProtobuf(body);
  const text = body.toString('utf8');
  const isYaml = type.includes('yaml') && !/^\s*[[{]/.test(text);
  const { value, duplicates } = isYaml ? parseYaml(text) : { value: parseJson(text), duplicates: undefined };
  const fields = countFields(value, 0);
  if (typeof value !== 'object' || value === null) return value;
  const order = isYaml ? duplicates : findDuplicates(text, fields);
  if (order) orders.set(value, order);
  return value;
}

function parseProtobuf(body: Buffer): unknown {
  try {
    return decodeProtobuf(body);
  } catch (error) {
    throw new BodyFault(messageOf(error));
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BodyFault(jsonSyntaxError(text) ?? 'unexpected end of JSON input');
  }
}

/** As `sigs.k8s.io/yaml` reads it: YAML 1.1, but times and bytes are texts. Fields are told of in the order of their names. */
function parseYaml(text: string): { value: unknown; duplicates: TextOrder | undefined } {
  const customTags = (tags: Tags) =>
    tags.filter((tag) => typeof tag === 'string' || !/:(timestamp|binary|set|omap|pairs)$/.test(tag.tag));
  const lineCounter = new LineCounter();
  // The library would compare each key with every other one.
  const document = parseDocument(text, { version: '1.1', customTags, lineCounter, uniqueKeys: false });
  const [wrong] = document.errors;
  if (wrong)
    throw new BodyFault(`yaml: line ${wrong.linePos?.[0].line ?? 1}: ${wrong.message.split(' at line')[0] ?? ''}`);
  const twice = keysTwice(document).map(({ key, at }) => {
    const shown = JSON.stringify(key);
    return `line ${lineCounter.linePos(at).line}: key ${shown} already set in map`;
  });
  const value = contentsOf(document);
  return { value, duplicates: { duplicates: twice, placeOf: () => 0, isYaml: true } };
}

function keysTwice(document: ReturnType<typeof parseDocument>): { key: string; at: number }[] {
  const found: { key: string; at: number }[] = [];
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<string>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        // `<<` takes another map in, as often as one likes.
        if (name !== '<<' && seen.has(name)) found.push({ key: name, at: key.range?.[0] ?? 0 });
        seen.add(name);
      }
    },
  });
  return found;
}

function contentsOf(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    // A short text that stands for a huge one.
    throw new BodyFault('yaml: document contains excessive aliasing');
  }
}

/** The number of fields of all objects in a value. Throws when it is too deep. */
function countFields(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (depth > deepestBody)
    throw new BodyFault(`invalid character '${Array.isArray(value) ? '[' : '{'}' exceeded max depth`);
  let count = 0;
  if (Array.isArray(value)) {
    for (const below of value) count += countFields(below, depth + 1);
    return count;
  }
  for (const key of Object.keys(value)) count += 1 + countFields((value as Record<string, unknown>)[key], depth + 1);
  return count;
}
