import { goQuoted } from './go-quoted.ts';

/** One cause of a Status, e.g. a field that is wrong. */
export interface StatusCause {
  reason: string;
  message: string;
  field?: string;
}

/** What a Status may say beside its message. */
export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

/** A refusal, answered as a `Status` object; reasons and wording are those of `apimachinery/pkg/api/errors/errors.go`. */
export class StatusError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: StatusDetails | undefined;
  /** A token to go on with, of a list that is too old to be continued. */
  continueToken = '';
  constructor(code: number, reason: string, message: string, details?: StatusDetails) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }
}

interface About {
  group: string;
  plural: string;
}

export function toStatus({ code, reason, message, details, continueToken }: StatusError) {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: continueToken === '' ? {} : { continue: continueToken },
    status: 'Failure',
    message,
    ...(reason === '' ? {} : { reason }),
    ...(details ? { details } : {}),
    code,
  };
}

/** `deployments.apps`, how errors name a resource. */
function qualified({ group, plural }: About): string {
  return group === '' ? plural : `${plural}.${group}`;
}

function detailsOf(about: About, name: string): StatusDetails {
  return { ...(name ? { name } : {}), ...(about.group ? { group: about.group } : {}), kind: about.plural };
}

export function notFound(about: About, name: string): StatusError {
  return new StatusError(404, 'NotFound', `${qualified(about)} ${goQuoted(name)} not found`, detailsOf(about, name));
}

export function alreadyExists(about: About, name: string): StatusError {
  return new StatusError(
    409,
    'AlreadyExists',
    `${qualified(about)} ${goQuoted(name)} already exists`,
    detailsOf(about, name),
  );
}

export function conflict(about: About, name: string, why: string): StatusError {
  const message = `Operation cannot be fulfilled on ${qualified(about)} ${goQuoted(name)}: ${why}`;
  return new StatusError(409, 'Conflict', message, detailsOf(about, name));
}

export const modifiedMeanwhile =
  'the object has been modified; please apply your changes to the latest version and try again';

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

export function forbidden(about: About, name: string, why: string): StatusError {
  const message = `${qualified(about)} ${goQuoted(name)} is forbidden: ${why}`;
  return new StatusError(403, 'Forbidden', message, detailsOf(about, name));
}

export function methodNotAllowed(): StatusError {
  return new StatusError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );
}

/** What nobody serves. */
export function noSuchResource(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function expired(wanted: number, oldest: number): StatusError {
  return new StatusError(410, 'Expired', `too old resource version: ${wanted} (${oldest})`);
}

/** A fault that a real server did not foresee as a Status: 500 with no reason (`responsewriters/status.go`). */
export function unforeseen(message: string): StatusError {
  return new StatusError(500, '', message);
}

/** `apiserver/pkg/storage/errors.go NewTooLargeResourceVersionError` */
export function tooLargeVersion(wanted: number, current: number): StatusError {
  return new StatusError(504, 'Timeout', `Timeout: Too large resource version: ${wanted}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

/** One thing that validation found; `field` is a path like `spec.containers[0].image`. */
export interface FieldFault {
  type:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueNotSupported'
    | 'FieldValueForbidden'
    | 'FieldValueDuplicate'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
    | 'FieldValueNotFound'
    | 'FieldValueTypeInvalid';
  field: string;
  message: string;
}

const faultWords: Record<FieldFault['type'], string> = {
  FieldValueRequired: 'Required value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
  FieldValueNotFound: 'Not found',
  FieldValueTypeInvalid: 'Invalid value',
};

/** 422 with every fault, worded like `field.Error` of `apimachinery/pkg/util/validation/field`. */
export function invalid(about: { group: string; kind: string }, name: string, faults: FieldFault[]): StatusError {
  // Of equal messages one is said, of equal causes all (`field.ErrorList.ToAggregate`).
  const lines = [...new Set(faults.map((fault) => `${fault.field}: ${bodyOf(fault)}`))];
  const text = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`;
  const title = about.group === '' ? about.kind : `${about.kind}.${about.group}`;
  return new StatusError(422, 'Invalid', `${title} ${goQuoted(name)} is invalid: ${text}`, {
    ...(name ? { name } : {}),
    ...(about.group ? { group: about.group } : {}),
    kind: about.kind,
    causes: faults.map((fault) => ({ reason: fault.type, message: bodyOf(fault), field: fault.field })),
  });
}

function bodyOf({ type, message }: FieldFault): string {
  return message === '' ? faultWords[type] : `${faultWords[type]}: ${message}`;
}
