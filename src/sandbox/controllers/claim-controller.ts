import type { KubernetesObject } from '../../kubernetes/object.ts';
import { asPod } from '../../kubernetes/pod.ts';
import { answered } from '../client.ts';
import { type Controller, type ControllerContext, runController, writeStatus } from './controller.ts';
import { indexBy } from './object-index.ts';
import { keyOf, partsOf } from './owners.ts';
import { objectPath } from './resource-paths.ts';
import {
  betaStorageProvisioner,
  bindCompleted,
  type Claim,
  claimKeys,
  defaultClass,
  type StorageClass,
  selectedNode,
  storageProvisioner,
  type Volume,
} from './storage-terms.ts';
import { bindVolume } from './volume-binding.ts';
import { findVolume, isReservedFor, mismatchOf } from './volume-matching.ts';

/** Binds claims to volumes and asks provisioners for them (`pkg/controller/volume/persistentvolume/pv_controller.go syncClaim`). */
export function startClaimController(context: ControllerContext): Controller {
  const { client } = context;
  const claims = context.informer('persistentvolumeclaims');
  const volumes = context.informer('persistentvolumes');
  const classes = context.informer('storageclasses');
  const pods = context.informer('pods');
  const record = context.recorder('persistentvolume-controller');
  const users = indexBy(pods, claimKeys);

  const sync = async (key: string) => {
    const { namespace, name } = partsOf(key);
    const claim = claims.get(namespace, name) as Claim | undefined;
    if (!claim) return;
    if (claim.metadata.annotations?.[bindCompleted] !== undefined) return syncBound(claim);
    if (claim.spec.volumeName) return bindNamed(claim, claim.spec.volumeName);
    await bindAny(claim, key);
  };

  const setPending = (claim: Claim) => writeStatus(client, 'persistentvolumeclaims', claim, { phase: 'Pending' });

  const bindNamed = async (claim: Claim, volumeName: string) => {
    const volume = volumes.get(undefined, volumeName) as Volume | undefined;
    const refusal = volume && (volume.spec.claimRef ? undefined : mismatchOf(volume, claim));
    if (volume?.spec.claimRef && !isReservedFor(volume, claim)) {
      const message = `volume "${volumeName}" already bound to a different claim.`;
      record(claim, 'Warning', 'FailedBinding', message);
    } else if (refusal) {
      record(claim, 'Warning', 'VolumeMismatch', `Cannot bind to requested volume "${volumeName}": ${refusal}`);
    } else if (volume) return bindVolume(client, volume, claim);
    await setPending(claim);
  };

  const bindAny = async (claim: Claim, key: string) => {
    const storageClass = classes.get(undefined, claim.spec.storageClassName ?? '') as StorageClass | undefined;
    const late = storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
    const found = findVolume(claim, volumes.list() as Volume[], { late });
    if (found) return bindVolume(client, found, claim);
    const fallback = defaultClass(classes.list())?.metadata.name;
    if (claim.spec.storageClassName === undefined && fallback !== undefined) {
      // A default class that came later counts too.
      const patch = { spec: { storageClassName: fallback } };
      return void (await client.patch(objectPath('persistentvolumeclaims', claim.metadata), patch, 'merge'));
    }
    if (late && claim.metadata.annotations?.[selectedNode] === undefined) tellWaiting(claim, key);
    else if (claim.spec.storageClassName) return provision(claim, claim.spec.storageClassName, storageClass);
    else {
      const message = 'no persistent volumes available for this claim and no storage class is set';
      record(claim, 'Normal', 'FailedBinding', message);
    }
    await setPending(claim);
  };

  const tellWaiting = (claim: Claim, key: string) => {
    const waiting = users.get(key).filter((pod) => !asPod(pod).spec.nodeName);
    const names = waiting.map(({ metadata }) => metadata.name).join(',');
    if (names === '')
      return record(claim, 'Normal', 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding');
    const about = waiting.length > 1 ? 'pods' : 'pod';
    record(claim, 'Normal', 'WaitForPodScheduled', `waiting for ${about} ${names} to be scheduled`);
  };

  const provision = async (claim: Claim, className: string, storageClass: StorageClass | undefined) => {
    const failed = (message: string) => record(claim, 'Warning', 'ProvisioningFailed', message);
    if (!storageClass) return failed(`storageclass.storage.k8s.io "${className}" not found`);
    const { provisioner } = storageClass;
    // No volume plugin is compiled into the controllers here.
    if (provisioner.startsWith('kubernetes.io/')) return failed(`no volume plugin matched name: ${provisioner}`);
    if (claim.metadata.annotations?.[storageProvisioner] !== provisioner) {
      const annotations = { [storageProvisioner]: provisioner, [betaStorageProvisioner]: provisioner };
      await client.patch(objectPath('persistentvolumeclaims', claim.metadata), { metadata: { annotations } }, 'merge');
    }
    const who = `either by the external provisioner '${provisioner}' or manually by the system administrator`;
    const hint = 'please verify that the provisioner is running and correctly registered.';
    const message = `Waiting for a volume to be created ${who}. If volume creation is delayed, ${hint}`;
    record(claim, 'Normal', 'ExternalProvisioning', message);
  };

  const syncBound = async (claim: Claim) => {
    const { volumeName } = claim.spec;
    const volume = volumes.get(undefined, volumeName ?? '') as Volume | undefined;
    if (!volumeName)
      return lose(
        claim,
        'ClaimLost',
        'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!',
      );
    if (!volume) return confirmLost(claim, volumeName);
    if (!volume.spec.claimRef || volume.spec.claimRef.uid === claim.metadata.uid)
      return bindVolume(client, volume, claim);
    await lose(claim, 'ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly');
  };

  /** The cache of volumes may be behind that of claims. */
  const confirmLost = async (claim: Claim, name: string) => {
    try {
      await client.get(objectPath('persistentvolumes', { name }));
    } catch (error) {
      if (!answered(error, 404)) throw error;
      await lose(claim, 'ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!');
    }
  };

  const lose = async (claim: Claim, reason: string, message: string) => {
    if (await writeStatus(client, 'persistentvolumeclaims', claim, { phase: 'Lost' }))
      record(claim, 'Warning', reason, message);
  };

  const pendingClaims = () => (claims.list() as Claim[]).filter(({ status }) => status?.phase !== 'Bound').map(keyOf);
  return runController(context, {
    name: 'persistentvolumeclaim',
    needs: [pods],
    inputs: [
      { informer: claims, keys: (claim) => [keyOf(claim)] },
      { informer: volumes, keys: (volume) => (hasClaim(volume) ? claimOf(volume) : pendingClaims()) },
      { informer: classes, keys: pendingClaims },
    ],
    sync,
  });
}

const hasClaim = (volume: KubernetesObject) => (volume as Volume).spec.claimRef !== undefined;

function claimOf(volume: KubernetesObject): string[] {
  const { claimRef } = (volume as Volume).spec;
  return claimRef ? [`${claimRef.namespace}/${claimRef.name}`] : [];
}
