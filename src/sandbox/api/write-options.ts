import type { Reviews } from './admission/webhooks/reviews.ts';
import type { User } from './auth/user.ts';
import { type FieldFault, invalid } from './errors.ts';
import type { Writer } from './managed/managers.ts';
import type { ApiRequest } from './request.ts';
import type { Resource } from './resources.ts';
import { type ServerContext, timestamp } from './server-context.ts';
import { supported, unknownValue } from './validation/faults.ts';

export interface WriteOptions {
  resource: Resource;
  /** Empty for what belongs to the cluster. */
  namespace: string;
  subresource: string;
  writer: Writer;
  dryRun: boolean;
  /** What was sent is the present object with a patch in it. */
  patches?: boolean;
  /** Who writes, as roles know it. */
  user: User;
  /** What webhooks have said of the request; none is asked about the server's own writes. */
  reviews?: Reviews;
}

/** The options of every write: who, where, and whether for real. */
export function optionsOf(
  context: ServerContext,
  request: ApiRequest,
  namespace: string,
  operation: Writer['operation'],
): WriteOptions {
  const { resource, query, agent, subresource } = request;
  const manager = query.get('fieldManager') || agent;
  return {
    resource,
    namespace: resource.namespaced ? namespace : '',
    subresource,
    writer: { manager, operation, subresource, time: timestamp(context.now()) },
    dryRun: isDryRun(query),
    user: request.user,
    reviews: request.reviews,
  };
}

type OptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'DeleteOptions';

/** Whether a write is only tried. */
export function isDryRun(query: URLSearchParams): boolean {
  return query.getAll('dryRun').includes('All');
}

/** Throws 422 for options in the query that make no sense (`apimachinery/pkg/apis/meta/v1/validation`). */
export function checkOptions(kind: OptionsKind, query: URLSearchParams, applies = false): void {
  const faults = [...patchFaults(kind, query, applies), ...commonFaults(query)];
  if (faults.length > 0) throw invalid({ group: 'meta.k8s.io', kind }, '', faults);
}

function patchFaults(kind: OptionsKind, query: URLSearchParams, applies: boolean): FieldFault[] {
  if (kind !== 'PatchOptions') return [];
  if (applies && !query.get('fieldManager'))
    return [{ type: 'FieldValueRequired', field: 'fieldManager', message: 'is required for apply patch' }];
  if (!applies && query.has('force'))
    return [{ type: 'FieldValueForbidden', field: 'force', message: 'may not be specified for non-apply patch' }];
  return [];
}

function commonFaults(query: URLSearchParams): FieldFault[] {
  const faults: FieldFault[] = [];
  const manager = query.get('fieldManager') ?? '';
  if (Buffer.byteLength(manager) > 128)
    faults.push({ type: 'FieldValueTooLong', field: 'fieldManager', message: 'may not be more than 128 bytes' });
  for (const [at, character] of [...manager].entries())
    if (/[\p{C}\p{Z}]/u.test(character) && character !== ' ')
      faults.push(
        unknownValue('fieldManager', manager, `invalid character ${codePoint(character)} (at position ${at})`),
      );
  faults.push(...dryRunFaults(query.getAll('dryRun')));
  const strictness = query.get('fieldValidation') ?? '';
  return [...faults, ...supported(strictness, ['', 'Ignore', 'Strict', 'Warn'], 'fieldValidation')];
}

export function dryRunFaults(values: readonly string[]): FieldFault[] {
  if (values.every((value) => value === 'All')) return [];
  const message = `${JSON.stringify(values)}: supported values: "All"`;
  return [{ type: 'FieldValueNotSupported', field: 'dryRun', message }];
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
