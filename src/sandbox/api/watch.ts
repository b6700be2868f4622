import type { KubernetesObject } from '../../kubernetes/object.ts';
import { badRequest, expired, StatusError, toStatus } from './errors.ts';
import type { StoreEvent } from './history.ts';
import { type Presentation, presentationOf } from './presentation.ts';
import { type ApiRequest, countOf, flagOf } from './request.ts';
import { apiVersionOf, type Resource } from './resources.ts';
import { type Selection, selectionOf } from './selection.ts';
import type { ServerContext } from './server-context.ts';
import { createWatchStream } from './watch-stream.ts';

const bookmarkEveryMs = 30_000;

/** Serialized events, shared by all watchers that see them alike; gone when the history forgets the event. */
const encoded = new WeakMap<StoreEvent, Map<string, Buffer>>();

/** Streams changes until the client leaves, the server closes or `timeoutSeconds` are over. */
export function watch(context: ServerContext, request: ApiRequest, more?: Selection): 'answered' {
  const { resource, query, response } = request;
  const view: View = {
    resource,
    presentation: presentationOf(request),
    selection: bothOf(selectionOf(resource.kind, query), more),
    bookmarks: flagOf(query, 'allowWatchBookmarks'),
  };
  const start = startOf(context, request);
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  response.flushHeaders();
  if (start === 'expired') {
    const wanted = Number(query.get('resourceVersion'));
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
}

interface Start {
  /** What is there already, sent as ADDED. */
  present: readonly KubernetesObject[];
  missed: readonly StoreEvent[];
  /** Whether a bookmark says where the present ends. */
  marked: boolean;
}

function startOf({ store }: ServerContext, { resource, query, namespace }: ApiRequest): Start | 'expired' {
  const text = query.get('resourceVersion') ?? '';
  if (!/^\d*$/.test(text)) throw badRequest(`invalid resource version: ${text}`);
  const initial = query.get('sendInitialEvents');
  if (initial === 'true' && query.get('resourceVersionMatch') !== 'NotOlderThan')
    throw new StatusError(
      422,
      'Invalid',
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    );
  const version = Number(text);
  if (version > store.version())
    throw new StatusError(504, 'Timeout', `Too large resource version: ${version}, current: ${store.version()}`, {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    });
  const present = () => store.list(resource.storage, namespace === '' ? undefined : namespace);
  if (initial === 'true') return { present: present(), missed: [], marked: flagOf(query, 'allowWatchBookmarks') };
  if (version === 0) return { present: initial === 'false' ? [] : present(), missed: [], marked: false };
  const missed = store.history.since(resource.storage, version);
  return missed ? { present: [], missed, marked: false } : 'expired';
}

function follow({ store }: ServerContext, request: ApiRequest, view: View, start: Start): void {
  const { resource, response, query, namespace } = request;
  const { send, end } = createWatchStream(response);
  let first = true;
  const tell = (event: StoreEvent) => {
    if (namespace !== '' && event.object.metadata.namespace !== namespace) return;
    const type = seenAs(event, view.selection);
    if (!type) return;
    send(encode(event, type, view.presentation, first));
    first = false;
  };
  for (const object of start.present) {
    if (view.selection && !view.selection(object)) continue;
    send(line('ADDED', view.presentation.event(object, first)));
    first = false;
  }
  if (start.marked) send(bookmark(view, store.version(), { 'k8s.io/initial-events-end': 'true' }));
  for (const event of start.missed) tell(event);
  const off = store.history.subscribe(resource.storage, tell);
  const marks = setInterval(() => view.bookmarks && send(bookmark(view, store.version())), bookmarkEveryMs);
  const seconds = countOf(query, 'timeoutSeconds') ?? 1800 + Math.random() * 1800;
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
  const forms = encoded.get(event) ?? new Map<string, Buffer>();
  encoded.set(event, forms);
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

function bothOf(left: Selection | undefined, right: Selection | undefined): Selection | undefined {
  if (!left || !right) return left ?? right;
  return (object) => left(object) && right(object);
}
