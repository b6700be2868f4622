import type { Condition } from '../../../kubernetes/condition.ts';
import { timestamp, withCondition } from '../../../kubernetes/condition.ts';
import type { KubernetesObject, OwnerReference } from '../../../kubernetes/object.ts';
import { type ApiClient, answered } from '../../client.ts';

/** What a duty acts with. */
export interface World {
  client: ApiClient;
  log(line: string): void;
  /** Milliseconds since 1970. */
  now(): number;
  /** Where the operator itself runs. */
  namespace: string;
}

/** One kind of custom resource that the operator fulfils. */
export interface Duty {
  /** Where all objects of the kind are. */
  path: string;
  /** Does what is missing, and nothing where nothing is. False: to be looked at again soon. */
  fulfil(world: World, object: KubernetesObject): Promise<boolean>;
}

/** A duty and what it needs once, before the first object. */
export interface Service {
  duties: readonly Duty[];
  /** Called once it runs. */
  begin?(world: World): Promise<void>;
  /** What it answers at a path over HTTP. */
  page?(path: string): string | undefined;
}

export const standInLabels = { 'tars-console/stand-in': 'operator' };
export const saysSo = (what: string) => ({ 'tars-console/stands-in-for': what });

/** Path of one object below that of its kind. */
export function pathBelow(path: string, { namespace, name }: { namespace?: string | undefined; name: string }): string {
  const at = path.lastIndexOf('/');
  return namespace === undefined
    ? `${path}/${name}`
    : `${path.slice(0, at)}/namespaces/${namespace}${path.slice(at)}/${name}`;
}

export function ownedBy({ apiVersion, kind, metadata }: KubernetesObject): OwnerReference[] {
  return [
    { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '', controller: true, blockOwnerDeletion: true },
  ];
}

/** The object at a path; undefined when it is not there. */
export async function find<T = KubernetesObject>({ client }: World, path: string): Promise<T | undefined> {
  try {
    return await client.get<T>(path);
  } catch (error) {
    if (answered(error, 404)) return undefined;
    throw error;
  }
}

/** The object at a path, made when it is not there. */
export async function ensure<T extends KubernetesObject>(world: World, path: string, make: () => object): Promise<T> {
  const found = await find<T>(world, path);
  if (found) return found;
  try {
    return await world.client.create<T>(path.slice(0, path.lastIndexOf('/')), make());
  } catch (error) {
    // Somebody was faster.
    if (answered(error, 409)) return world.client.get<T>(path);
    throw error;
  }
}

/** Writes a status that differs; somebody else's change in between is seen by the next look. */
export async function setStatus(world: World, path: string, object: KubernetesObject, status: object): Promise<void> {
  if (JSON.stringify(object.status ?? {}) === JSON.stringify(status)) return;
  try {
    await world.client.replace(`${pathBelow(path, object.metadata)}/status`, { ...object, status });
  } catch (error) {
    if (!answered(error, 404) && !answered(error, 409)) throw error;
  }
}

/** The conditions of an object with one set. */
export function conditionsWith(
  { now }: World,
  object: KubernetesObject,
  condition: Pick<Condition, 'type' | 'status' | 'reason' | 'message'>,
): Condition[] {
  const { conditions } = (object.status ?? {}) as { conditions?: Condition[] };
  return withCondition(conditions, condition, timestamp(now()));
}

/** Texts as a Secret holds them. */
export function encoded(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
}

export const decoded = (data: string | undefined) => Buffer.from(data ?? '', 'base64').toString('utf8');
