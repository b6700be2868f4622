import { badRequest, type FieldFault, invalid } from './errors.ts';
import { countOf, flagOf } from './request.ts';
import type { Resource } from './resources.ts';
import { type Selection, selectionOf } from './selection.ts';

/** What a client asks of a list or a watch (`apimachinery/pkg/apis/meta/v1` ListOptions), read and found possible. */
export interface ListOptions {
  watch: boolean;
  selection: Selection | undefined;
  bookmarks: boolean;
  limit: number;
  continueToken: string;
  /** As it was sent: empty for the newest, `0` for any. */
  resourceVersion: string;
  match: '' | 'Exact' | 'NotOlderThan';
  initialEvents: boolean | undefined;
  timeoutSeconds: number | undefined;
}

/** Throws 400 for what cannot be read and 422 for what does not go together. */
export function listOptionsOf(resource: Resource, query: URLSearchParams): ListOptions {
  const limit = countOf(query, 'limit') ?? 0;
  const timeoutSeconds = countOf(query, 'timeoutSeconds');
  const match = query.get('resourceVersionMatch') ?? '';
  const options = {
    watch: flagOf(query, 'watch'),
    bookmarks: flagOf(query, 'allowWatchBookmarks'),
    limit: Math.max(0, limit),
    continueToken: query.get('continue') ?? '',
    resourceVersion: query.get('resourceVersion') ?? '',
    match: match as ListOptions['match'],
    initialEvents: query.has('sendInitialEvents') ? flagOf(query, 'sendInitialEvents') : undefined,
    timeoutSeconds,
  };
  const selection = selectionOf(resource, query);
  const faults = options.watch ? watchFaults(options) : listFaults(options);
  if (faults.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', faults);
  return { ...options, selection };
}

type Asked = Omit<ListOptions, 'selection'>;

/** `apimachinery/pkg/apis/meta/internalversion/validation/validation.go ValidateListOptions` */
function listFaults({ match, resourceVersion, continueToken, initialEvents }: Asked): FieldFault[] {
  const faults: FieldFault[] = [];
  if (match !== '') {
    if (resourceVersion === '')
      faults.push(forbiddenMatch('resourceVersionMatch is forbidden unless resourceVersion is provided'));
    if (continueToken !== '')
      faults.push(forbiddenMatch('resourceVersionMatch is forbidden when continue is provided'));
    if (match !== 'Exact' && match !== 'NotOlderThan')
      faults.push(unsupportedMatch(match, '"Exact", "NotOlderThan", ""'));
    if (match === 'Exact' && resourceVersion === '0')
      faults.push(forbiddenMatch('resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
  }
  if (initialEvents !== undefined)
    faults.push({
      type: 'FieldValueForbidden',
      field: 'sendInitialEvents',
      message: 'sendInitialEvents is forbidden for list',
    });
  return faults;
}

/** `validateWatchOptions` of the same file. */
function watchFaults({ match: given, initialEvents: asked, continueToken, resourceVersion }: Asked): FieldFault[] {
  const faults: FieldFault[] = [];
  // One that begins anywhere counts as asking for initial events (`internalversion/defaults.go SetListOptionsDefaults`).
  const anywhere = given === '' && asked === undefined && (resourceVersion === '' || resourceVersion === '0');
  const [match, initialEvents] = anywhere ? (['NotOlderThan', true] as const) : [given, asked];
  if (initialEvents !== undefined && match !== 'NotOlderThan')
    faults.push(forbiddenMatch('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  if (match === '') return faults;
  if (initialEvents === undefined)
    faults.push(forbiddenMatch('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'));
  if (match !== 'NotOlderThan') faults.push(unsupportedMatch(match, '"NotOlderThan"'));
  if (continueToken !== '') faults.push(forbiddenMatch('resourceVersionMatch is forbidden when continue is provided'));
  return faults;
}

function forbiddenMatch(message: string): FieldFault {
  return { type: 'FieldValueForbidden', field: 'resourceVersionMatch', message };
}

function unsupportedMatch(match: string, supported: string): FieldFault {
  const message = `${JSON.stringify(match)}: supported values: ${supported}`;
  return { type: 'FieldValueNotSupported', field: 'resourceVersionMatch', message };
}

/** A version as a number. Throws 400 for what is none, in the words of Go's `strconv`. */
export function versionNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw badRequest(`invalid resource version: ${versionFault(text)}`);
}

export function versionFault(text: string): string {
  const quoted = JSON.stringify(text);
  return `resourceVersion: Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: invalid syntax`;
}
