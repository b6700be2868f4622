import type { KubernetesObject, OwnerReference } from '../../kubernetes/object.ts';
import { answered } from '../client.ts';
import type { ControllerContext } from './controller.ts';
import { discover, pathOf } from './discovery.ts';
import { controllerOf } from './owners.ts';
import type { ResourceName } from './resource-paths.ts';

interface Scaled extends KubernetesObject {
  spec: { replicas?: number };
}

export interface Expected {
  /** How many pods all controllers of the given ones want together. */
  scale: number;
  /** Whether some pods have no controller: they count for nothing. */
  unmanaged: boolean;
}

const informed: Record<string, ResourceName> = { ReplicaSet: 'replicasets', StatefulSet: 'statefulsets' };

/**
 * What the controllers of pods want, by which percentages are counted (`pkg/controller/disruption/disruption.go
 * getExpectedScale`). Throws what the budget's condition then says: a controller is gone or has no scale.
 */
export async function expectedScale(context: ControllerContext, pods: readonly KubernetesObject[]): Promise<Expected> {
  const asked = new Map<string, string>();
  const scales = new Map<string, number>();
  let unmanaged = false;
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (!owner) unmanaged = true;
    if (!owner || asked.has(owner.uid)) continue;
    asked.set(owner.uid, owner.name);
    const found = await scaledOwner(context, pod.metadata.namespace ?? '', owner);
    if (!found) throw new Error(`found no controllers for pod ${JSON.stringify(pod.metadata.name)}`);
    scales.set(found.metadata.uid ?? '', found.spec.replicas ?? 1);
  }
  return { scale: [...scales.values()].reduce((sum, replicas) => sum + replicas, 0), unmanaged };
}

/** The controller itself, of a Deployment's ReplicaSet the Deployment. */
async function scaledOwner(
  context: ControllerContext,
  namespace: string,
  owner: OwnerReference,
): Promise<Scaled | undefined> {
  const resource = informed[owner.kind];
  if (!resource) return scaleOf(context, namespace, owner);
  const found = context.informer(resource).get(namespace, owner.name);
  if (found?.metadata.uid !== owner.uid) return undefined;
  const above = controllerOf(found);
  if (above?.kind !== 'Deployment') return found as Scaled;
  const deployment = context.informer('deployments').get(namespace, above.name);
  return deployment?.metadata.uid === above.uid ? (deployment as Scaled) : undefined;
}

async function scaleOf(
  { client }: ControllerContext,
  namespace: string,
  { apiVersion, kind, name }: OwnerReference,
): Promise<Scaled | undefined> {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  const served = (await discover(client)).find((one) => one.kind === kind && one.apiVersion === apiVersion);
  if (!served) throw new Error(`no matches for kind "${kind}" in group "${group}"`);
  const path = pathOf(served, namespace, name);
  try {
    return await client.get<Scaled>(`${path}/scale`);
  } catch (error) {
    if (!answered(error, 404)) throw error;
    throw new Error(`${served.resource}.${group} does not implement the scale subresource`);
  }
}
