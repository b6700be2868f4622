import type { KubernetesObject } from '../../kubernetes/object.ts';
import { continueToken, type Place, readContinueToken } from './continue-token.ts';
import { badRequest, notFound, StatusError, tooLargeVersion, unforeseen } from './errors.ts';
import { listBefore } from './history.ts';
import { type ListOptions, listOptionsOf, versionFault, versionNumber } from './list-options.ts';
import { type ListMeta, presentationOf } from './presentation.ts';
import type { Answer, ApiRequest } from './request.ts';
import { lookUp, type ServerContext } from './server-context.ts';
import { keyOf } from './store.ts';
import { watch } from './watch.ts';

export function get(context: ServerContext, request: ApiRequest): Answer {
  const { resource, namespace, name, query } = request;
  const version = query.get('resourceVersion') ?? '';
  if (!/^\d*$/.test(version)) throw unforeseen(versionFault(version));
  if (Number(version) > context.store.version()) throw tooLargeVersion(Number(version), context.store.version());
  const object = lookUp(context, resource, namespace, name);
  if (!object) throw notFound(resource, name);
  return { status: 200, object: presentationOf(request).one(object) };
}

/** A list or, with `watch=true`, the changes from now on. */
export function list(context: ServerContext, request: ApiRequest): Answer {
  const options = listOptionsOf(request.resource, request.query);
  if (options.watch) return watch(context, request, options);
  const { version, after } = placeOf(context, request, options);
  const all = objectsAt(context, request, version, after);
  const { selection } = options;
  let chosen = selection ? all.filter(selection) : all;
  if (after !== undefined) chosen = chosen.filter((object) => keyOf(object) > after);
  const shown = version ?? context.store.version();
  const meta: ListMeta = { resourceVersion: String(shown) };
  // What may come from the watch cache comes whole (`apiserver/pkg/storage/cacher/delegator.go`).
  const limit = options.resourceVersion === '0' ? 0 : options.limit;
  const last = chosen[limit - 1];
  if (limit > 0 && chosen.length > limit && last) {
    meta.continue = continueToken({ version: shown, after: keyOf(last) });
    // A selection makes the rest uncountable on a real server too.
    if (!selection) meta.remainingItemCount = chosen.length - limit;
    chosen = chosen.slice(0, limit);
  }
  return { status: 200, object: presentationOf(request).list(chosen, meta) };
}

/** Which version is asked for, and where it goes on (`apiserver/pkg/storage/interfaces.go ValidateListOptions`). */
function placeOf(
  { store }: ServerContext,
  { resource }: ApiRequest,
  { continueToken: token, resourceVersion, match, limit }: ListOptions,
): { version?: number; after?: string } {
  if (token !== '') {
    const place: Place = readContinueToken(token, resource.namespaced);
    if (resourceVersion !== '' && resourceVersion !== '0')
      throw badRequest('specifying resource version is not allowed when using continue');
    return place.version < 0 ? { after: place.after } : place;
  }
  const wanted = resourceVersion === '' ? 0 : versionNumber(resourceVersion);
  if (wanted > store.version()) throw tooLargeVersion(wanted, store.version());
  const exact = match === 'Exact' || (match === '' && limit > 0 && wanted > 0);
  return exact ? { version: wanted } : {};
}

function objectsAt(
  { store }: ServerContext,
  { resource, namespace }: ApiRequest,
  version: number | undefined,
  after: string | undefined,
): readonly KubernetesObject[] {
  const now = store.list(resource.storage, namespace === '' ? undefined : namespace);
  if (version === undefined) return now;
  const later = store.history.since(resource.storage, version);
  if (!later) throw tooOld(after);
  const own = namespace === '' ? later : later.filter(({ object }) => object.metadata.namespace === namespace);
  return listBefore(now, own, keyOf);
}

/** A list that cannot be continued as it was can be from where it stopped (`storage/etcd3/errors.go`). */
function tooOld(after: string | undefined): StatusError {
  if (after === undefined)
    return new StatusError(410, 'Expired', 'The resourceVersion for the provided list is too old.');
  const error = new StatusError(
    410,
    'Expired',
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
  );
  error.continueToken = continueToken({ version: -1, after });
  return error;
}
