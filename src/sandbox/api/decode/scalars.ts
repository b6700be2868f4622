import type { SchemaNode } from '../../data/schema-node.ts';
import { canonicalQuantity } from './quantity-form.ts';
import { decodeTime } from './time-form.ts';
import { type Step, TypeFault, typeError } from './type-error.ts';

const quantity = 'io.k8s.apimachinery.pkg.api.resource.Quantity';
const microTime = 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime';

/** A value that is neither a list nor an object, in the form in which the API server writes it. Throws a `TypeFault`. */
export function decodeScalar(node: SchemaNode, value: unknown, path: readonly Step[]): unknown {
  switch (node.type) {
    case 'string':
      if (typeof value !== 'string') throw typeError(path, value);
      if (node.format === 'date-time') return decodeTime(value, node.definition === microTime);
      if (node.format === 'byte') checkBase64(value);
      return value;
    case 'integer':
      if (!fitsInteger(value, node.format)) throw typeError(path, value);
      return value;
    case 'boolean':
      if (typeof value !== 'boolean') throw typeError(path, value);
      return value;
    case 'number':
      if (typeof value !== 'number') throw typeError(path, value);
      return value;
    default:
      return decodeMixed(node, value, path);
  }
}

function decodeMixed(node: SchemaNode, value: unknown, path: readonly Step[]): unknown {
  if (node.definition === quantity) return canonicalQuantity(value);
  if (node.intOrString && typeof value !== 'string' && !fitsInteger(value, 'int32'))
    throw typeError(path, value, 'int32');
  return value;
}

function fitsInteger(value: unknown, format: string | undefined): boolean {
  if (!Number.isInteger(value)) return false;
  return format !== 'int32' || ((value as number) | 0) === value;
}

/** `encoding/base64 CorruptInputError` */
function checkBase64(text: string): void {
  if (/^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0) return;
  const plain = text.replace(/[\r\n]/g, '');
  const wrong = /[^A-Za-z0-9+/=]/.exec(plain)?.index ?? (plain.length % 4 === 0 ? undefined : plain.length);
  if (wrong !== undefined) throw new TypeFault(`illegal base64 data at input byte ${wrong}`);
}
