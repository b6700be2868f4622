import { StatusError } from './errors.ts';

/** In which form an answer is wanted. */
export interface Wanted {
  as: '' | 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';
  /** Of `meta.k8s.io`, for the forms above. */
  version: string;
  yaml: boolean;
}

const plain: Wanted = { as: '', version: 'v1', yaml: false };
const media = ['application/json', 'application/yaml'];
const known = [...media, 'application/vnd.kubernetes.protobuf'];
const streams = [...known, 'application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];

interface Clause {
  type: string;
  parameters: Map<string, string>;
  quality: number;
}

/**
 * What the `Accept` header asks for, the first of its choices that is served. Throws 406
 * (`endpoints/handlers/negotiation/negotiate.go`; before it the routes' own list of media types).
 */
export function negotiate(accept: string, collection = false): Wanted {
  if (accept === '' || accept === 'application/json' || accept === '*/*') return plain;
  const clauses = accept.split(',').map(clauseOf);
  clauses.sort((left, right) => right.quality - left.quality);
  const matching = clauses.filter(({ type }) => typesOf(type).length > 0);
  if (matching.length === 0) throw notAcceptable(collection ? streams : known);
  for (const { type, parameters } of matching) {
    const [chosen] = typesOf(type).filter((one) => media.includes(one));
    const as = parameters.get('as') ?? '';
    if (!chosen || !isServed(as, parameters)) continue;
    return { as: as as Wanted['as'], version: parameters.get('v') ?? 'v1', yaml: chosen === 'application/yaml' };
  }
  throw new StatusError(406, 'NotAcceptable', `only the following media types are accepted: ${known.join(', ')}`);
}

/** What a route says whose answers have none of the wanted types (`go-restful`). */
export function notAcceptable(available: readonly string[] = known): StatusError {
  const message = `406: Not Acceptable\n\nAvailable representations: ${available.join(', ')}`;
  return new StatusError(406, 'NotAcceptable', message, {});
}

function clauseOf(text: string): Clause {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim());
  const parameters = new Map(rest.map((part) => part.split('=', 2).map((one) => one.trim()) as [string, string]));
  return { type: type.toLowerCase(), parameters, quality: Number(parameters.get('q') ?? 1) || 0 };
}

function typesOf(range: string): string[] {
  if (range === '*/*' || range === 'application/*') return known;
  return known.filter((one) => one === range);
}

function isServed(as: string, parameters: Map<string, string>): boolean {
  if (as === '') return true;
  if (!['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList'].includes(as)) return false;
  return parameters.get('g') === 'meta.k8s.io' && ['v1', 'v1beta1'].includes(parameters.get('v') ?? '');
}
