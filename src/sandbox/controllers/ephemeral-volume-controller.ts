import type { KubernetesObject } from '../../kubernetes/object.ts';
import { asPod, type Pod } from '../../kubernetes/pod.ts';
import { answered } from '../client.ts';
import { type Controller, type ControllerContext, runController } from './controller.ts';
import { controlledBy, controllerOf, keyOf, partsOf } from './owners.ts';
import { collectionPath } from './resource-paths.ts';

interface Template {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
  spec: object;
}

/** The claims that come and go with a pod (`pkg/controller/volume/ephemeral/controller.go`). */
export function startEphemeralVolumeController(context: ControllerContext): Controller {
  const { client } = context;
  const pods = context.informer('pods');
  const claims = context.informer('persistentvolumeclaims');
  const record = context.recorder('ephemeral_volume');

  const make = async (pod: Pod, volume: string, { metadata: { labels, annotations } = {}, spec }: Template) => {
    const { namespace = '', name: owner, uid } = pod.metadata;
    const name = `${owner}-${volume}`;
    const there = claims.get(namespace, name);
    if (there) {
      if (controllerOf(there)?.uid === uid) return;
      const message = `PVC ${namespace}/${name} was not created for pod ${namespace}/${owner} (pod is not owner)`;
      record(pod, 'Warning', 'FailedBinding', `ephemeral volume ${volume}: ${message}`);
      throw new Error(message);
    }
    const ownerReferences = [controlledBy({ ...pod, apiVersion: 'v1', kind: 'Pod' })];
    const kept = { ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) };
    const claim: KubernetesObject = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace, ...kept, ownerReferences },
      spec,
    };
    try {
      await client.create(collectionPath('persistentvolumeclaims', namespace), claim);
    } catch (error) {
      if (answered(error, 409)) return;
      record(pod, 'Warning', 'FailedBinding', `ephemeral volume ${volume}: create PVC ${name}: ${String(error)}`);
      throw error;
    }
  };

  return runController(context, {
    name: 'ephemeral-volume',
    inputs: [
      { informer: pods, keys: (pod, { type }) => (type === 'deleted' ? [] : [keyOf(pod)]) },
      // One that is deleted while its pod lives is made again.
      {
        informer: claims,
        keys: (claim, { type }) => {
          const owner = controllerOf(claim);
          return type === 'deleted' && owner?.kind === 'Pod' ? [`${claim.metadata.namespace}/${owner.name}`] : [];
        },
      },
    ],
    async sync(key) {
      const { namespace, name } = partsOf(key);
      const found = pods.get(namespace, name);
      if (!found || found.metadata.deletionTimestamp) return;
      const pod = asPod(found);
      const { volumes = [] } = pod.spec as {
        volumes?: { name: string; ephemeral?: { volumeClaimTemplate?: Template } }[];
      };
      for (const { name: volume, ephemeral } of volumes)
        if (ephemeral?.volumeClaimTemplate) await make(pod, volume, ephemeral.volumeClaimTemplate);
    },
  });
}
