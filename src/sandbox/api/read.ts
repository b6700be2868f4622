import { badRequest, expired, notFound } from './errors.ts';
import { type ListMeta, presentationOf } from './presentation.ts';
import { type Answer, type ApiRequest, countOf, flagOf } from './request.ts';
import { selectionOf } from './selection.ts';
import { lookUp, type ServerContext } from './server-context.ts';
import { keyOf } from './store.ts';
import { watch } from './watch.ts';

export function get(context: ServerContext, request: ApiRequest): Answer {
  const { resource, namespace, name } = request;
  if (flagOf(request.query, 'watch')) return watch(context, request, (object) => object.metadata.name === name);
  const object = lookUp(context, resource, namespace, name);
  if (!object) throw notFound(resource, name);
  return { status: 200, object: presentationOf(request).one(object) };
}

/** A list or, with `watch=true`, the changes from now on. */
export function list(context: ServerContext, request: ApiRequest): Answer {
  if (flagOf(request.query, 'watch')) return watch(context, request);
  const { resource, namespace, query } = request;
  const { store } = context;
  const selection = selectionOf(resource.kind, query);
  const page = continueFrom(query.get('continue') ?? '');
  const oldest = store.history.oldest(resource.storage);
  if (page && page.version < oldest) throw expired(page.version, oldest);
  const all = store.list(resource.storage, namespace === '' ? undefined : namespace);
  let chosen = selection ? all.filter(selection) : all;
  if (page) chosen = chosen.filter((object) => keyOf(object) > page.after);
  const version = page?.version ?? store.version();
  const meta: ListMeta = { resourceVersion: String(version) };
  const limit = countOf(query, 'limit') ?? 0;
  const last = chosen[limit - 1];
  if (limit > 0 && chosen.length > limit && last) {
    meta.continue = continueToken(version, keyOf(last));
    // A selection makes the rest uncountable on a real server too.
    if (!selection) meta.remainingItemCount = chosen.length - limit;
    chosen = chosen.slice(0, limit);
  }
  return { status: 200, object: presentationOf(request).list(chosen, meta) };
}

function continueToken(version: number, after: string): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: version, start: after })).toString('base64url');
}

function continueFrom(token: string): { version: number; after: string } | undefined {
  if (token === '') return undefined;
  try {
    const { rv, start } = JSON.parse(Buffer.from(token, 'base64url').toString()) as { rv: unknown; start: unknown };
    if (typeof rv === 'number' && typeof start === 'string') return { version: rv, after: start };
  } catch {
    // Falls through to the refusal below.
  }
  throw badRequest('continue key is not valid: the token was not made by this server');
}
