import { createNode } from '../../data/schema-node.ts';
import { definitionNode, schemaOf } from '../../data/schemas.ts';
import { badRequest, invalid, type StatusError } from '../errors.ts';
import { isObject, type Json } from '../json.ts';
import type { ApiRequest } from '../request.ts';
import type { Resource } from '../resources.ts';
import { warn } from '../warnings.ts';
import { decodeValue, mostStrictFaults } from './decode-value.ts';
import { goText } from './go-text.ts';
import { textOrderOf } from './parse-body.ts';
import { TypeFault } from './type-error.ts';

/** How an object came to the server. */
export interface Reading {
  /** Who asked: told of unknown and duplicate fields, by its `fieldValidation`. */
  request?: Pick<ApiRequest, 'query' | 'response' | 'contentType'>;
  /** An object that was decoded before and that the sent one shares parts with. */
  known?: unknown;
  /** The body of the patch that the object came of. */
  patch?: unknown;
}

/** The fields of an object as its kind has them. Throws 400, or 422 for a patch, for what is of another type. */
export function decodeFields(resource: Resource, value: Json, reading: Reading): { value: Json; unknown: string[] } {
  try {
    if (resource.custom) return decodeCustomMetadata(resource, value, reading.known);
    const schema = schemaOf(resource);
    return schema ? decodeValue(schema, value, reading.known) : { value, unknown: [] };
  } catch (error) {
    if (!(error instanceof TypeFault)) throw error;
    const merged = reading.patch !== undefined && reading.request?.contentType.includes('strategic');
    throw refused(resource, value, (merged ? error.restoring : undefined) ?? error.message, reading);
  }
}

/** Refuses or warns of fields that the kind does not have and of those that were sent twice, as the client wishes. */
export function tellOfFields(resource: Resource, value: Json, unknown: string[], reading: Reading): void {
  const { request, patch } = reading;
  if (!request) return;
  const wish = request.query.get('fieldValidation') || 'Warn';
  const text = patch === undefined ? value : patch;
  const order = typeof text === 'object' && text !== null ? textOrderOf(text) : undefined;
  if (wish === 'Ignore' || (unknown.length === 0 && !order)) return;
  const faults = strictFaults(unknown, order, request.contentType.includes('json-patch'));
  if (faults.length === 0) return;
  if (wish === 'Strict') throw refused(resource, value, `strict decoding error: ${faults.join(', ')}`, reading);
  warn(request.response, faults);
}

function strictFaults(unknown: string[], order: ReturnType<typeof textOrderOf>, isJsonPatch: boolean): string[] {
  const tell = (kind: string) => (path: string) => ({ path, text: `${kind} field ${JSON.stringify(path)}` });
  if (order?.isYaml) return [...order.duplicates, ...[...unknown].sort().map((path) => tell('unknown')(path).text)];
  const isUnknown = (path: string) =>
    unknown.some((one) => path === one || path.startsWith(`${one}.`) || path.startsWith(`${one}[`));
  const twice = (order?.duplicates ?? []).filter((path) => !isUnknown(path));
  const faults = [
    ...unknown.map(tell('unknown')),
    ...twice.map(tell(isJsonPatch ? 'json patch duplicate' : 'duplicate')),
  ];
  if (order) faults.sort((left, right) => order.placeOf(left.path) - order.placeOf(right.path));
  return faults.slice(0, mostStrictFaults).map(({ text }) => text);
}

/** The refusal of an object that cannot be read: 400, and 422 for what comes of a patch. */
export function refused(resource: Resource, value: Json, words: string, { patch, request }: Reading): StatusError {
  const { kind, version } = resource;
  if (patch === undefined)
    return badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${words}`);
  // A strategic merge is told of by what was sent, the others by what came of them.
  const shown = request?.contentType.includes('strategic') ? goText(patch) : JSON.stringify(value);
  const message = `${JSON.stringify(shown)}: ${words}`;
  const error = invalid({ group: '', kind: '' }, '', [{ type: 'FieldValueInvalid', field: 'patch', message }]);
  delete error.details?.kind;
  return error;
}

/** Of a custom resource only the metadata is read here: its fields are its definition's affair. */
function decodeCustomMetadata({ kind }: Resource, value: Json, known: unknown): { value: Json; unknown: string[] } {
  if (value.metadata === undefined || value.metadata === null) return { value, unknown: [] };
  const properties = { metadata: { $ref: 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' } };
  const schema = createNode({ type: 'object', properties }, definitionNode, kind);
  const before = isObject(known) ? { metadata: known.metadata } : undefined;
  const read = decodeValue(schema, { metadata: value.metadata }, before);
  return { value: { ...value, ...read.value }, unknown: read.unknown };
}
