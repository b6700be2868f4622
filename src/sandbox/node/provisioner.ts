import type { KubernetesObject } from '../../kubernetes/object.ts';
import { type ApiClient, answered } from '../client.ts';
import { createEventRecorder } from '../controllers/event-recorder.ts';
import { createWorkQueue } from '../controllers/work-queue.ts';
import { createInformer } from '../informer.ts';
import {
  type Claim,
  hasGrown,
  isForgotten,
  isOurs,
  provisionerName,
  type StorageClass,
  type Volume,
  volumeFor,
  wantsVolume,
} from './provisioned-volume.ts';

const claimsPath = (namespace = '') => `/api/v1/namespaces/${namespace}/persistentvolumeclaims`;
const volumesPath = '/api/v1/persistentvolumes';

/**
 * The external provisioner of StorageClasses whose `provisioner` is `tars-console.dev/sandbox`
 * (`sig-storage-lib-external-provisioner/controller`, and what `external-resizer` does): a plain client of the API, so that it
 * also serves a real control plane, where kube-controller-manager binds what it makes. `forget` hears which volumes were
 * deleted for good.
 */
export function startProvisioner(
  client: ApiClient,
  forget: (volume: string) => void = () => {},
): { synced: Promise<void>; stop(): void } {
  const claims = createInformer(client, '/api/v1/persistentvolumeclaims');
  const volumes = createInformer(client, volumesPath);
  const classes = createInformer(client, '/apis/storage.k8s.io/v1/storageclasses');
  const informers = [claims, volumes, classes];
  const record = createEventRecorder(client, provisionerName);

  const provision = async (claim: Claim, storageClass: StorageClass) => {
    const { namespace, name } = claim.metadata;
    const volume = volumeFor(claim, storageClass);
    if (volumes.get(undefined, volume.metadata.name)) return;
    const about = `External provisioner is provisioning volume for claim "${namespace}/${name}"`;
    record(claim, 'Normal', 'Provisioning', about);
    try {
      await client.create(volumesPath, volume);
    } catch (error) {
      // Made before, and not in the cache yet.
      if (!answered(error, 409)) throw error;
    }
    record(claim, 'Normal', 'ProvisioningSucceeded', `Successfully provisioned volume ${volume.metadata.name}`);
  };

  const grow = async (claim: Claim, volume: Volume) => {
    const storage = claim.spec.resources?.requests?.storage;
    const { namespace, name } = claim.metadata;
    record(claim, 'Normal', 'Resizing', `External resizer is resizing volume ${volume.metadata.name}`);
    await client.patch(`${volumesPath}/${volume.metadata.name}`, { spec: { capacity: { storage } } }, 'merge');
    await client.patch(`${claimsPath(namespace)}/${name}/status`, { status: { capacity: { storage } } }, 'merge');
    record(claim, 'Normal', 'VolumeResizeSuccessful', 'Resize volume succeeded');
  };

  const syncClaim = async (claim: Claim) => {
    const storageClass = classes.get(undefined, claim.spec.storageClassName ?? '') as StorageClass | undefined;
    if (wantsVolume(claim, storageClass)) return provision(claim, storageClass);
    const volume = volumes.get(undefined, claim.spec.volumeName ?? '') as Volume | undefined;
    if (volume && hasGrown(claim, volume)) await grow(claim, volume);
  };

  const reclaim = async (volume: Volume) => {
    if (!isForgotten(volume)) return;
    try {
      await client.remove(`${volumesPath}/${volume.metadata.name}`);
    } catch (error) {
      if (!answered(error, 404)) throw error;
    }
  };

  const queue = createWorkQueue(async (key) => {
    const [namespace, name = ''] = key.split('/');
    const found = namespace ? claims.get(namespace, name) : volumes.get(undefined, name);
    if (found) await (namespace ? syncClaim(found as Claim) : reclaim(found as Volume));
  });
  const add = ({ metadata }: KubernetesObject) => queue.add(`${metadata.namespace ?? ''}/${metadata.name}`);
  const endings = [claims, volumes].map((informer) =>
    informer.on(({ type, object }) => type !== 'deleted' && add(object)),
  );
  endings.push(
    volumes.on(({ type, object }) => {
      if (type === 'deleted' && isOurs(object as Volume)) forget(object.metadata.name);
    }),
    classes.on(() => {
      for (const claim of claims.list()) add(claim);
    }),
  );
  const synced = Promise.all(informers.map((informer) => informer.synced)).then(() => queue.start());
  return {
    synced,
    stop() {
      for (const end of endings) end();
      queue.stop();
      for (const informer of informers) informer.stop();
    },
  };
}
