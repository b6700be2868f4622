import type { HorizontalPodAutoscaler } from '../../kubernetes/autoscaler.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { type ApiClient, answered } from '../client.ts';
import { discover, pathOf, type ServedKind } from './discovery.ts';

/** A target's `scale`, as autoscalers need it. */
export interface Scale {
  replicas: number;
  statusReplicas: number;
  /** Text form of the pods' selector. */
  selector: string;
}

interface ScaleObject extends KubernetesObject {
  spec: { replicas?: number };
  status?: { replicas?: number; selector?: string };
}

/** Reads and writes the scale of whatever an autoscaler points at. */
export interface Scales {
  /** Throws when the kind is not served, has no scale, or the object is not there. */
  read(autoscaler: HorizontalPodAutoscaler): Promise<Scale>;
  write(autoscaler: HorizontalPodAutoscaler, replicas: number): Promise<void>;
}

const known: readonly ServedKind[] = [
  { kind: 'Deployment', resource: 'deployments' },
  { kind: 'StatefulSet', resource: 'statefulsets' },
  { kind: 'ReplicaSet', resource: 'replicasets' },
].map((kind) => ({ ...kind, apiVersion: 'apps/v1', base: '/apis/apps/v1', namespaced: true, verbs: [] }));

export function createScales(client: ApiClient): Scales {
  const pathFor = async ({ spec, metadata }: HorizontalPodAutoscaler): Promise<string> => {
    const { apiVersion = 'apps/v1', kind, name } = spec.scaleTargetRef;
    const matches = (one: ServedKind) => one.kind === kind && one.apiVersion.split('/')[0] === apiVersion.split('/')[0];
    const served = known.find(matches) ?? (await discover(client)).find(matches);
    if (!served) throw new Error(`no matches for kind "${kind}" in group "${apiVersion.split('/')[0]}"`);
    return `${pathOf(served, metadata.namespace, name)}/scale`;
  };
  const get = (path: string) => client.get<ScaleObject>(path);
  return {
    async read(autoscaler) {
      const { spec, status } = await get(await pathFor(autoscaler));
      return {
        replicas: spec.replicas ?? 0,
        statusReplicas: status?.replicas ?? 0,
        selector: status?.selector ?? '',
      };
    },
    async write(autoscaler, replicas) {
      const path = await pathFor(autoscaler);
      for (let attempt = 1; ; attempt += 1) {
        const scale = await get(path);
        try {
          await client.replace(path, { ...scale, spec: { ...scale.spec, replicas } });
          return;
        } catch (error) {
          // Somebody else changed the target in between: take the newer one.
          if (!answered(error, 409) || attempt === 5) throw error;
        }
      }
    },
  };
}
