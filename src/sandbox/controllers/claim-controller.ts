import type { KubernetesObject } from '../../kubernetes/object.ts';
import { asPod, isPodFinished } from '../../kubernetes/pod.ts';
import { answered } from '../client.ts';
import { type Controller, type ControllerContext, runController, writeStatus } from './controller.ts';
import { indexBy } from './object-index.ts';
import { keyOf, partsOf } from './owners.ts';
import { collectionPath, objectPath } from './resource-paths.ts';
import {
  type Claim,
  claimNames,
  composeVolume,
  defaultClass,
  findVolume,
  type StorageClass,
  selectedNode,
  type Volume,
} from './storage-terms.ts';

const protection = 'kubernetes.io/pvc-protection';

/** Binds claims to volumes and makes volumes for them (`pkg/controller/volume/persistentvolume`, and a provisioner). */
export function startClaimController(context: ControllerContext): Controller {
  const { client } = context;
  const claims = context.informer('persistentvolumeclaims');
  const volumes = context.informer('persistentvolumes');
  const classes = context.informer('storageclasses');
  const pods = context.informer('pods');
  const record = context.recorder('persistentvolume-controller');
  const users = indexBy(pods, (pod) => claimNames(pod).map((name) => `${pod.metadata.namespace}/${name}`));

  const sync = async (key: string) => {
    const { namespace, name } = partsOf(key);
    const claim = claims.get(namespace, name) as Claim | undefined;
    if (!claim) return;
    if (claim.metadata.deletionTimestamp) return unprotect(claim, key);
    if (!claim.metadata.finalizers?.includes(protection))
      return setFinalizers(claim, [...(claim.metadata.finalizers ?? []), protection]);
    if (claim.status?.phase === 'Bound' && claim.spec.volumeName) {
      const volume = volumes.get(undefined, claim.spec.volumeName);
      if (!volume) await confirmLost(claim);
      return;
    }
    const className = claim.spec.storageClassName ?? defaultClass(classes.list())?.metadata.name;
    if (claim.spec.storageClassName === undefined && className !== undefined) {
      // A default class that came later counts too.
      await client.patch(
        objectPath('persistentvolumeclaims', claim.metadata),
        { spec: { storageClassName: className } },
        'merge',
      );
      return;
    }
    const storageClass = classes.get(undefined, className ?? '') as StorageClass | undefined;
    const late = storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
    const chosen = claim.metadata.annotations?.[selectedNode] !== undefined;
    if (late && !chosen && !claim.spec.volumeName) return waitForConsumer(claim, key);
    const found = findVolume(claim, volumes.list() as Volume[]);
    if (found) return bind(claim, found);
    if (claim.spec.volumeName) return;
    await provision(claim, className, storageClass);
  };

  const waitForConsumer = async (claim: Claim, key: string) => {
    const waiting = users.get(key).some((pod) => !isPodFinished(asPod(pod)));
    const message = 'waiting for first consumer to be created before binding';
    if (!waiting) record(claim, 'Normal', 'WaitForFirstConsumer', message);
    await writeStatus(client, 'persistentvolumeclaims', claim, { ...claim.status, phase: 'Pending' });
  };

  const provision = async (claim: Claim, className: string | undefined, storageClass: StorageClass | undefined) => {
    await writeStatus(client, 'persistentvolumeclaims', claim, { ...claim.status, phase: 'Pending' });
    if (!className) {
      const message = 'no persistent volumes available for this claim and no storage class is set';
      return record(claim, 'Normal', 'FailedBinding', message);
    }
    if (!storageClass)
      return record(claim, 'Warning', 'ProvisioningFailed', `storageclass.storage.k8s.io "${className}" not found`);
    if (storageClass.provisioner === 'kubernetes.io/no-provisioner') return;
    try {
      const volume = composeVolume(claim, storageClass);
      const made = (await client.create(collectionPath('persistentvolumes'), volume)) as Volume;
      record(claim, 'Normal', 'ProvisioningSucceeded', `Successfully provisioned volume ${made.metadata.name}`);
      await bind(claim, made);
    } catch (error) {
      if (!answered(error, 409)) throw error;
    }
  };

  const bind = async (claim: Claim, volume: Volume) => {
    const { namespace, name, uid } = claim.metadata;
    if (volume.spec.claimRef?.uid !== uid) {
      const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid };
      const { resourceVersion } = volume.metadata;
      await client.patch(
        objectPath('persistentvolumes', volume.metadata),
        { metadata: { resourceVersion }, spec: { claimRef } },
        'merge',
      );
    }
    await writeStatus(client, 'persistentvolumes', volume, { ...volume.status, phase: 'Bound' });
    const annotations = { 'pv.kubernetes.io/bind-completed': 'yes', 'pv.kubernetes.io/bound-by-controller': 'yes' };
    const patch = { metadata: { annotations }, spec: { volumeName: volume.metadata.name } };
    await client.patch(objectPath('persistentvolumeclaims', claim.metadata), patch, 'merge');
    const { accessModes, capacity } = volume.spec;
    await writeStatus(client, 'persistentvolumeclaims', claim, {
      ...claim.status,
      phase: 'Bound',
      accessModes,
      capacity,
    });
  };

  const confirmLost = async (claim: Claim) => {
    try {
      await client.get(objectPath('persistentvolumes', { name: claim.spec.volumeName ?? '' }));
    } catch (error) {
      if (!answered(error, 404)) throw error;
      const message = 'Bound claim has lost its PersistentVolume. Data on the volume is lost!';
      if (await writeStatus(client, 'persistentvolumeclaims', claim, { ...claim.status, phase: 'Lost' }))
        record(claim, 'Warning', 'ClaimLost', message);
    }
  };

  const setFinalizers = async (claim: Claim, finalizers: string[]) => {
    const { resourceVersion } = claim.metadata;
    const metadata = { resourceVersion, finalizers };
    await client.patch(objectPath('persistentvolumeclaims', claim.metadata), { metadata }, 'merge');
  };

  /** A claim goes when no pod uses it any more (`pvc_protection_controller.go`). */
  const unprotect = async (claim: Claim, key: string) => {
    const finalizers = claim.metadata.finalizers ?? [];
    if (!finalizers.includes(protection)) return;
    if (users.get(key).some((pod) => asPod(pod).spec.nodeName && !isPodFinished(asPod(pod)))) return;
    await setFinalizers(
      claim,
      finalizers.filter((name) => name !== protection),
    );
  };

  const pendingClaims = () => (claims.list() as Claim[]).filter(({ status }) => status?.phase !== 'Bound').map(keyOf);
  return runController(context, {
    name: 'persistentvolumeclaim',
    needs: [pods],
    inputs: [
      { informer: claims, keys: (claim) => [keyOf(claim)] },
      { informer: volumes, keys: (volume) => ((volume as Volume).spec.claimRef ? claimOf(volume) : pendingClaims()) },
      { informer: classes, keys: pendingClaims },
      {
        informer: pods,
        keys: (pod, { type }) =>
          type === 'added' || type === 'deleted' || isPodFinished(asPod(pod))
            ? claimNames(pod).map((name) => `${pod.metadata.namespace}/${name}`)
            : [],
      },
    ],
    sync,
  });
}

function claimOf(volume: KubernetesObject): string[] {
  const { claimRef } = (volume as Volume).spec;
  return claimRef ? [`${claimRef.namespace}/${claimRef.name}`] : [];
}
