import { messageOf, Problem } from '../../base/errors.ts';
import { backOffMs, pause } from '../back-off.ts';
import type { Connection } from '../connection.ts';
import { hasStatus, KubernetesError, type KubernetesStatus } from '../kubernetes-error.ts';
import type { FeedState } from './feed-state.ts';
import { onDoubt } from './link-doubt.ts';

/** What a list answers with: items or a Table's rows, and the version to watch from. */
export interface WatchedList {
  metadata?: { resourceVersion?: string; continue?: string };
}

interface WatchEventOf<T> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: T;
}

export interface WatchOptions<List extends WatchedList, Item> {
  path: string;
  query?: Record<string, string | number | boolean | undefined>;
  accept?: string;
  signal: AbortSignal;
  /** The whole state; what was known before is replaced by it. Further pages of it come with `more`. */
  onList(list: List, more: boolean): void;
  onEvent(event: WatchEventOf<Item>): void;
  onState(state: FeedState): void;
  /** Without any line for so long the stream is given up; servers send bookmarks about once a minute. */
  inactivityMs?: number;
  /** The first list is read from the store, not from the server's cache, which may be behind a change just made. */
  fresh?: boolean | undefined;
  random?: () => number;
}

const pageSize = 5000;

/**
 * List and watch, for as long as the signal lets it: goes on from the last resource version, lists anew after 410, backs
 * off with jitter after failures and a clean close alike, and gives up a stream that has gone silent (client-go's
 * `tools/cache/reflector.go`; the library's own watch stops at the first error and returns at once after a close).
 * Never throws.
 */
export async function runWatch<List extends WatchedList, Item extends WatchedList>(
  connection: Connection,
  options: WatchOptions<List, Item>,
): Promise<void> {
  const { signal, onState } = options;
  const progress: Progress = { version: undefined, failures: 0, lastNews: 0, first: true, emptyCloses: 0 };
  onState({ kind: 'connecting' });
  while (!signal.aborted) {
    try {
      if (progress.version === undefined) await list(connection, options, progress);
      const began = Date.now();
      const heard = await follow(connection, options, progress);
      // A server that closes at once, again and again, must not be asked in a tight loop.
      progress.emptyCloses = heard || Date.now() - began > 5000 ? 0 : progress.emptyCloses + 1;
      if (!(await pause(backOffMs(progress.emptyCloses, options.random), signal))) return;
    } catch (error) {
      if (signal.aborted) return;
      if (isGone(error)) {
        progress.version = undefined;
        progress.failures += 1;
        if (progress.failures === 1) continue;
      } else {
        progress.failures += 1;
        onState(stateOf(error, progress.lastNews || Date.now()));
      }
      const denied = hasStatus(error, 401) || hasStatus(error, 403) || hasStatus(error, 404);
      const failures = denied ? Math.max(progress.failures, 5) : progress.failures;
      if (!(await pause(backOffMs(failures, options.random), signal))) return;
    }
  }
}

interface Progress {
  version: string | undefined;
  failures: number;
  /** When the server last said anything. */
  lastNews: number;
  first: boolean;
  /** Streams in a row that the server closed at once, without an event. */
  emptyCloses: number;
}

async function list<List extends WatchedList, Item>(
  connection: Connection,
  { path, query, accept, signal, onList, onState, fresh }: WatchOptions<List, Item>,
  progress: Progress,
): Promise<void> {
  let next: string | undefined;
  let more = false;
  do {
    // The first list may come from the server's cache; one after 410 must not be older than what was seen.
    const from = progress.first && !more && !fresh ? { resourceVersion: 0 } : {};
    const pages = { limit: pageSize, continue: next };
    const { body } = await connection.request<List>({
      path,
      query: { ...query, ...from, ...pages },
      ...(accept === undefined ? {} : { accept }),
      signal,
    });
    onList(body, more);
    progress.version = body.metadata?.resourceVersion ?? progress.version;
    next = body.metadata?.continue || undefined;
    more = true;
  } while (next !== undefined);
  if (progress.version === undefined) throw new Problem('The API server answered a list without a resource version');
  progress.first = false;
  progress.lastNews = Date.now();
  onState({ kind: 'live', since: progress.lastNews });
}

async function follow<List extends WatchedList, Item extends WatchedList>(
  connection: Connection,
  { path, query, accept, signal, onEvent, onState, inactivityMs = 100_000 }: WatchOptions<List, Item>,
  progress: Progress,
): Promise<boolean> {
  let heard = false;
  const silence = watchdog(inactivityMs, signal);
  const endDoubt = onDoubt(connection, silence.bark);
  const onOpen = () => {
    progress.lastNews = Date.now();
    if (progress.failures > 0) onState({ kind: 'live', since: progress.lastNews });
    progress.failures = 0;
  };
  try {
    const lines = connection.lines({
      path,
      query: {
        ...query,
        watch: true,
        resourceVersion: progress.version,
        allowWatchBookmarks: true,
        timeoutSeconds: 300 + Math.floor(Math.random() * 300),
      },
      ...(accept === undefined ? {} : { accept }),
      signal: silence.signal,
      onOpen,
    });
    for await (const line of lines) {
      if (line === '') continue;
      silence.reset();
      heard = true;
      const event = parseEvent<Item>(line);
      if (event.type === 'ERROR') throw errorOf(event.object as KubernetesStatus, path);
      progress.version = event.object.metadata?.resourceVersion ?? progress.version;
      progress.lastNews = Date.now();
      if (event.type !== 'BOOKMARK') onEvent({ type: event.type, object: event.object });
    }
    if (silence.expired()) throw new Problem('The API server has fallen silent');
    return heard;
  } finally {
    endDoubt();
    silence.stop();
  }
}

interface RawEvent<Item> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: Item;
}

function parseEvent<Item>(line: string): RawEvent<Item> {
  try {
    const event = JSON.parse(line) as RawEvent<Item>;
    if (typeof event?.object === 'object' && event.object !== null) return event;
  } catch {
    // Said below.
  }
  throw new Problem('The API server sent a watch event that cannot be read');
}

function errorOf(status: KubernetesStatus, path: string): KubernetesError {
  return new KubernetesError(status.code ?? 500, status, path);
}

function isGone(error: unknown): boolean {
  return hasStatus(error, 410) || (error instanceof KubernetesError && error.reason === 'Expired');
}

function stateOf(error: unknown, lastNews: number): FeedState {
  if (hasStatus(error, 401) || hasStatus(error, 403))
    return { kind: 'denied', reason: messageOf(error), next: error instanceof Problem ? error.next : [] };
  return { kind: 'stale', since: lastNews, reason: messageOf(error) };
}

function watchdog(ms: number, outer: AbortSignal) {
  const controller = new AbortController();
  let expired = false;
  const bark = () => {
    expired = true;
    controller.abort();
  };
  let timer = setTimeout(bark, ms);
  const onAbort = () => controller.abort();
  outer.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    expired: () => expired,
    bark,
    reset() {
      clearTimeout(timer);
      timer = setTimeout(bark, ms);
    },
    stop() {
      clearTimeout(timer);
      outer.removeEventListener('abort', onAbort);
    },
  };
}
