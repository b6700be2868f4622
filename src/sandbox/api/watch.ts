import type { KubernetesObject } from '../../kubernetes/object.ts';
import { expired, toStatus, unforeseen } from './errors.ts';
import type { StoreEvent } from './history.ts';
import { type ListOptions, versionFault } from './list-options.ts';
import { type Presentation, presentationOf } from './presentation.ts';
import type { ApiRequest } from './request.ts';
import { apiVersionOf, type Resource } from './resources.ts';
import type { Selection } from './selection.ts';
import type { ServerContext } from './server-context.ts';
import { createWatchStream } from './watch-stream.ts';

const bookmarkEveryMs = 30_000;

/** The newest event as it was written, shared by all watchers that see it alike: they are all told before the next one comes. */
let encoded: { event: StoreEvent; forms: Map<string, Buffer> } | undefined;

/** Streams changes until the client leaves, the server closes or `timeoutSeconds` are over. */
export function watch(context: ServerContext, request: ApiRequest, options: ListOptions): 'answered' {
  const { resource, response } = request;
  const view: View = {
    resource,
    presentation: presentationOf(request),
    selection: options.selection,
    bookmarks: options.bookmarks,
    seconds: options.timeoutSeconds,
  };
  const start = startOf(context, request, options);
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  response.flushHeaders();
  if (start === 'expired') {
    const wanted = Number(options.resourceVersion);
    const object = toStatus(expired(wanted, context.store.history.oldest(resource.storage)));
    response.end(`${JSON.stringify({ type: 'ERROR', object })}\n`);
    return 'answered';
  }
  follow(context, request, view, start);
  return 'answered';
}

interface View {
  resource: Resource;
  presentation: Presentation;
  selection: Selection | undefined;
  bookmarks: boolean;
  /** How long at most; undefined leaves it to the server. */
  seconds: number | undefined;
}

interface Start {
  /** What is there already, sent as ADDED. */
  present: readonly KubernetesObject[];
  missed: readonly StoreEvent[];
  /** Whether a bookmark says where the present ends. */
  marked: boolean;
  /** What happened up to this version is not told. */
  after: number;
}

function startOf(
  { store }: ServerContext,
  { resource, namespace }: ApiRequest,
  { resourceVersion, initialEvents, bookmarks }: ListOptions,
): Start | 'expired' {
  if (!/^\d*$/.test(resourceVersion)) throw unforeseen(versionFault(resourceVersion));
  const version = Number(resourceVersion);
  const present = () => store.list(resource.storage, namespace === '' ? undefined : namespace);
  if (initialEvents === true) return { present: present(), missed: [], marked: bookmarks, after: 0 };
  if (version === 0) return { present: initialEvents === false ? [] : present(), missed: [], marked: false, after: 0 };
  // One from the future waits for it.
  const missed = store.history.since(resource.storage, version);
  return missed ? { present: [], missed, marked: false, after: version } : 'expired';
}

function follow({ store }: ServerContext, request: ApiRequest, view: View, start: Start): void {
  const { resource, response, namespace } = request;
  let first = true;
  const lineOf = (event: StoreEvent): Buffer | undefined => {
    if (namespace !== '' && event.object.metadata.namespace !== namespace) return undefined;
    if (event.version <= start.after) return undefined;
    const type = seenAs(event, view.selection);
    if (!type) return undefined;
    const made = encode(event, type, view.presentation, first);
    first = false;
    return made;
  };
  const { send, end } = createWatchStream(response, opening());
  function* opening() {
    const mark = start.marked && bookmark(view, store.version(), { 'k8s.io/initial-events-end': 'true' });
    for (const object of start.present) {
      if (view.selection && !view.selection(object)) continue;
      yield line('ADDED', view.presentation.event(object, first));
      first = false;
    }
    if (mark) yield mark;
    for (const event of start.missed) yield lineOf(event) ?? '';
  }
  const tell = (event: StoreEvent) => {
    const made = lineOf(event);
    if (made) send(made);
  };
  const off = store.history.subscribe(resource.storage, tell);
  const marks = setInterval(() => view.bookmarks && send(bookmark(view, store.version())), bookmarkEveryMs);
  // Nothing or 0: half an hour to an hour (`endpoints/handlers/get.go`).
  const seconds = view.seconds || 1800 + Math.random() * 1800;
  const finish = () => {
    if (view.bookmarks) send(bookmark(view, store.version()));
    end();
  };
  const timer = setTimeout(finish, Math.min(seconds, 86_400) * 1000);
  const clear = () => {
    off();
    clearInterval(marks);
    clearTimeout(timer);
  };
  response.once('close', clear);
}

/** An object that enters the selection is ADDED to this watcher, one that leaves it DELETED. */
function seenAs(event: StoreEvent, selection: Selection | undefined): StoreEvent['type'] | undefined {
  if (!selection) return event.type;
  const before = event.previous !== undefined && selection(event.previous);
  const after = event.type !== 'DELETED' && selection(event.object);
  if (after) return before ? 'MODIFIED' : 'ADDED';
  return before ? 'DELETED' : undefined;
}

function encode(event: StoreEvent, type: StoreEvent['type'], presentation: Presentation, first: boolean): Buffer {
  if (encoded?.event !== event) encoded = { event, forms: new Map() };
  const { forms } = encoded;
  const key = `${type} ${first} ${presentation.key}`;
  const known = forms.get(key) ?? Buffer.from(line(type, presentation.event(shown(event, type), first)));
  forms.set(key, known);
  return known;
}

// What left the selection is shown as it last was inside it, with the version of the change.
function shown(event: StoreEvent, type: StoreEvent['type']): KubernetesObject {
  if (type !== 'DELETED' || event.type === 'DELETED' || !event.previous) return event.object;
  return { ...event.previous, metadata: { ...event.previous.metadata, resourceVersion: String(event.version) } };
}

function line(type: string, object: unknown): string {
  return `${JSON.stringify({ type, object })}\n`;
}

function bookmark({ resource, presentation }: View, version: number, annotations?: Record<string, string>): string {
  const metadata = {
    resourceVersion: String(version),
    creationTimestamp: null,
    ...(annotations ? { annotations } : {}),
  };
  if (!presentation.key.startsWith('table'))
    return line('BOOKMARK', { kind: resource.kind, apiVersion: apiVersionOf(resource), metadata });
  const about = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
  const rows = annotations ? [{ cells: [], object: about }] : [];
  return line('BOOKMARK', {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: String(version) },
    columnDefinitions: null,
    rows,
  });
}
