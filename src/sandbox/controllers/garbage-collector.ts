import type { KubernetesObject, OwnerReference } from '../../kubernetes/object.ts';
import { answered } from '../client.ts';
import type { Informer } from '../informer.ts';
import { type Controller, type ControllerContext, runController } from './controller.ts';
import { discover, pathOf, type ServedKind } from './discovery.ts';
import { createOwnershipGraph, type OwnedObject } from './ownership-graph.ts';
import { createWorkQueue } from './work-queue.ts';

const foreground = 'foregroundDeletion';
const orphan = 'orphan';
/** They own nothing, nobody owns them, and there are many. */
const uninteresting = new Set(['events', 'leases', 'componentstatuses']);

/** Deletes what lost its owners (`pkg/controller/garbagecollector`): in the background, before the owner, or not at all. */
export function startGarbageCollector(context: ControllerContext): Controller {
  const { client } = context;
  const graph = createOwnershipGraph();
  const followed = new Map<string, () => void>();
  const record = context.recorder('garbage-collector-controller');
  /** Objects with an owner of a kind that was not served when they were looked at. */
  const unresolved = new Set<string>();
  let kinds: ServedKind[] = [];

  const remove = async ({ object, kind }: OwnedObject, propagationPolicy: string) => {
    const { namespace, name, uid = '' } = object.metadata;
    await quietly(() => client.remove(pathOf(kind, namespace, name), { propagationPolicy, preconditions: { uid } }));
  };

  const patchMetadata = ({ object, kind }: OwnedObject, change: object) => {
    const { namespace, name, uid, resourceVersion } = object.metadata;
    const patch = { metadata: { ...change, uid, resourceVersion } };
    return quietly(async () => void (await client.patch(pathOf(kind, namespace, name), patch, 'merge')));
  };

  const dropFinalizer = (owned: OwnedObject, name: string) =>
    patchMetadata(owned, { finalizers: orNone(owned.object.metadata.finalizers, (one) => one !== name) });

  const dropOwners = (owned: OwnedObject, uids: ReadonlySet<string>) =>
    patchMetadata(owned, {
      ownerReferences: orNone(owned.object.metadata.ownerReferences, ({ uid }) => !uids.has(uid)),
    });

  /** The cache may be behind: only the server knows that an owner is not there. */
  const isAbsent = async (reference: OwnerReference, dependent: KubernetesObject): Promise<boolean> => {
    const known = graph.get(reference.uid)?.object.metadata;
    if (known && (!known.namespace || known.namespace === dependent.metadata.namespace)) return false;
    const kind = kinds.find((one) => one.kind === reference.kind && sameGroup(one.apiVersion, reference.apiVersion));
    // A kind that is not served may come back; guessing would delete what is wanted.
    if (!kind) {
      unresolved.add(dependent.metadata.uid ?? '');
      return false;
    }
    if (known) tellOfNamespace(reference, dependent);
    try {
      const found = await client.get(pathOf(kind, dependent.metadata.namespace, reference.name));
      return found.metadata.uid !== reference.uid;
    } catch (error) {
      if (answered(error, 404)) return true;
      throw error;
    }
  };

  const tellOfNamespace = (reference: OwnerReference, dependent: KubernetesObject) => {
    const { apiVersion, kind, name, uid } = reference;
    const { namespace } = dependent.metadata;
    const about = `[${apiVersion}/${kind}, namespace: ${namespace}, name: ${name}, uid: ${uid}]`;
    const message = `ownerRef ${about} does not exist in namespace "${namespace}"`;
    record(dependent, 'Warning', 'OwnerRefInvalidNamespace', message);
  };

  const sync = async (uid: string) => {
    const owned = graph.get(uid);
    if (!owned) return;
    const { deletionTimestamp, finalizers = [] } = owned.object.metadata;
    if (deletionTimestamp && finalizers.includes(orphan)) return letGo(owned);
    if (deletionTimestamp && finalizers.includes(foreground)) return waitForDependents(owned);
    if (!deletionTimestamp) await judge(owned);
  };

  const letGo = async (owner: OwnedObject) => {
    const { uid = '' } = owner.object.metadata;
    for (const dependent of graph.dependentsOf(uid)) await dropOwners(dependent, new Set([uid]));
    await dropFinalizer(owner, orphan);
  };

  const waitForDependents = async (owner: OwnedObject) => {
    const { uid = '' } = owner.object.metadata;
    const blocking = graph
      .dependentsOf(uid)
      .filter(({ object }) =>
        object.metadata.ownerReferences?.some((one) => one.uid === uid && one.blockOwnerDeletion),
      );
    for (const dependent of graph.dependentsOf(uid)) queue.add(dependent.object.metadata.uid ?? '');
    if (blocking.length === 0) await dropFinalizer(owner, foreground);
  };

  const judge = async (owned: OwnedObject) => {
    const references = owned.object.metadata.ownerReferences ?? [];
    if (references.length === 0) return;
    const leaving = new Set<string>();
    let waiting = 0;
    let solid = 0;
    for (const reference of references) {
      const owner = graph.get(reference.uid)?.object.metadata;
      if (await isAbsent(reference, owned.object)) leaving.add(reference.uid);
      else if (owner?.deletionTimestamp && owner.finalizers?.includes(foreground)) {
        waiting += 1;
        leaving.add(reference.uid);
      } else solid += 1;
    }
    if (leaving.size === 0) return;
    if (solid > 0) return dropOwners(owned, leaving);
    const own = graph.dependentsOf(owned.object.metadata.uid ?? '');
    await remove(owned, waiting > 0 && own.length > 0 ? 'Foreground' : 'Background');
  };

  const queue = createWorkQueue(sync, { workers: 4, onError: (key, error) => context.onError('garbage', key, error) });

  const follow = (kind: ServedKind): Informer => {
    const informer = context.informerAt(pathOf(kind));
    const end = informer.on(({ type, object }) => {
      const { uid = '', ownerReferences = [], deletionTimestamp } = object.metadata;
      if (type === 'deleted') {
        for (const dependent of graph.dependentsOf(uid)) queue.add(dependent.object.metadata.uid ?? '');
        graph.remove(object);
        for (const owner of ownerReferences)
          if (graph.get(owner.uid)?.object.metadata.deletionTimestamp) queue.add(owner.uid);
        return;
      }
      graph.put(kind, object);
      const doubtful = ownerReferences.some((owner) => graph.get(owner.uid)?.object.metadata.deletionTimestamp ?? true);
      if (deletionTimestamp || doubtful) queue.add(uid);
    });
    followed.set(pathOf(kind), end);
    return informer;
  };

  const refollow = async () => {
    const served = await discover(client);
    kinds = served;
    const wanted = served.filter(({ verbs, resource }) => canFollow(verbs) && !uninteresting.has(resource));
    const paths = new Set(wanted.map((kind) => pathOf(kind)));
    for (const [path, end] of [...followed]) {
      if (paths.has(path)) continue;
      end();
      followed.delete(path);
      context.dropInformer(path);
    }
    await Promise.all(wanted.filter((kind) => !followed.has(pathOf(kind))).map((kind) => follow(kind).synced));
    for (const uid of unresolved) queue.add(uid);
    unresolved.clear();
  };

  // A kind of the user's own is followed as soon as it is served.
  const definitions = runController(context, {
    name: 'garbage-kinds',
    workers: 1,
    inputs: [{ informer: context.informer('customresourcedefinitions'), keys: () => ['kinds'] }],
    sync: refollow,
  });
  const synced = definitions.synced.then(refollow).then(() => queue.start());
  synced.catch(() => {});
  return {
    synced,
    stop() {
      definitions.stop();
      queue.stop();
      for (const end of followed.values()) end();
    },
  };
}

function canFollow(verbs: readonly string[]): boolean {
  return ['list', 'watch', 'delete'].every((verb) => verbs.includes(verb));
}

function sameGroup(left: string, right: string): boolean {
  const group = (apiVersion: string) => (apiVersion.includes('/') ? apiVersion.split('/')[0] : '');
  return group(left) === group(right);
}

/** What is already gone, or is already another object, is in order. */
async function quietly(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!answered(error, 404)) throw error;
  }
}

/** What is left of a list, `null` for nothing: an empty list is not kept. */
function orNone<T>(list: readonly T[] | undefined, keep: (one: T) => boolean): T[] | null {
  const left = (list ?? []).filter(keep);
  return left.length > 0 ? left : null;
}
