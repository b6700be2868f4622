import type { Condition } from '../../../kubernetes/condition.ts';
import { timestamp, withCondition } from '../../../kubernetes/condition.ts';
import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { type ApiClient, answered } from '../../client.ts';
import type { RecordEvent } from '../../controllers/event-recorder.ts';
import type { Informer } from '../../informer.ts';
import type { AcmeServer } from './acme-server.ts';
import { type Issuer, type IssuerRef, pathOfKind, pathOfObject, type Secret } from './resources.ts';

/** What the rules of the stand-in act on. */
export interface World {
  client: ApiClient;
  report: RecordEvent;
  log(line: string): void;
  acme: AcmeServer;
  /** Where Secrets of ClusterIssuers are. */
  clusterNamespace: string;
  /** Milliseconds since 1970. */
  now(): number;
  /** A waiting time of a cluster, in this one's pace. */
  shorten(ms: number): number;
  /** Asks to be looked at again after so many milliseconds. */
  again(ms: number): void;
  /** When a Challenge was last looked at, by its uid. */
  times: Map<string, number>;
  all<T extends KubernetesObject>(kind: string): T[];
  find<T extends KubernetesObject>(kind: string, namespace: string | undefined, name: string): T | undefined;
}

/** Finds by caches of all kinds. */
export function createLookup(informers: ReadonlyMap<string, Informer>): Pick<World, 'all' | 'find'> {
  return {
    all: <T extends KubernetesObject>(kind: string) => (informers.get(kind)?.list() ?? []) as T[],
    find: <T extends KubernetesObject>(kind: string, namespace: string | undefined, name: string) =>
      informers.get(kind)?.get(namespace, name) as T | undefined,
  };
}

/** The issuer that is meant, of the cluster or of the namespace. */
export function issuerOf(world: World, { kind = 'Issuer', name }: IssuerRef, namespace: string | undefined) {
  return world.find<Issuer>(kind, kind === 'ClusterIssuer' ? undefined : namespace, name);
}

/** A Secret as the cache has it. */
export function secretOf(world: World, namespace: string | undefined, name: string): Secret | undefined {
  return world.find<Secret>('Secret', namespace, name);
}

/** Where an issuer's own Secrets are. */
export function secretNamespace(world: World, issuer: Issuer): string {
  return issuer.metadata.namespace ?? world.clusterNamespace;
}

/** Makes an object unless one of its name is there already. */
export async function create(world: World, object: KubernetesObject): Promise<void> {
  try {
    await world.client.create(pathOfKind(object.kind, object.metadata.namespace), object);
  } catch (error) {
    // The cache was behind.
    if (!answered(error, 409)) throw error;
  }
}

/** Deletes what was read, unless it is gone or another has taken its name. */
export async function remove(world: World, object: KubernetesObject): Promise<void> {
  try {
    await world.client.remove(pathOfObject(object), { preconditions: { uid: object.metadata.uid ?? '' } });
  } catch (error) {
    if (!answered(error, 404) && !answered(error, 409)) throw error;
  }
}

/** Replaces the status of what was read; somebody else's change in between is seen by the next look. */
export async function setStatus(world: World, object: KubernetesObject, status: object): Promise<void> {
  if (JSON.stringify(object.status ?? {}) === JSON.stringify(status)) return;
  try {
    await world.client.replace(`${pathOfObject(object)}/status`, { ...object, status });
  } catch (error) {
    if (!answered(error, 404) && !answered(error, 409)) throw error;
    world.again(200);
  }
}

/** The conditions with one set; `observedGeneration` is the object's. */
export function conditionsWith(
  world: World,
  object: KubernetesObject,
  conditions: readonly Condition[] | undefined,
  condition: Pick<Condition, 'type' | 'status' | 'reason' | 'message'>,
): Condition[] {
  const observed = object.metadata.generation === undefined ? {} : { observedGeneration: object.metadata.generation };
  return withCondition(conditions, { ...condition, ...observed }, timestamp(world.now()));
}
