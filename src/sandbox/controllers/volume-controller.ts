import { answered } from '../client.ts';
import { type Controller, type ControllerContext, runController } from './controller.ts';
import { objectPath } from './resource-paths.ts';
import { boundByController, type Claim, provisionedBy, type Volume } from './storage-terms.ts';
import { setVolumePhase } from './volume-binding.ts';

/** Phases of volumes: Available, Bound, Released (`pv_controller.go syncVolume`). Who made a volume takes it away again. */
export function startVolumeController(context: ControllerContext): Controller {
  const { client } = context;
  const volumes = context.informer('persistentvolumes');
  const claims = context.informer('persistentvolumeclaims');

  const sync = async (name: string) => {
    const volume = volumes.get(undefined, name) as Volume | undefined;
    if (!volume) return;
    if (!volume.spec.claimRef?.uid) return setVolumePhase(client, volume, 'Available');
    const claim = await claimOf(volume);
    if (!claim) return setVolumePhase(client, volume, 'Released');
    // Until the claim names its volume, the claim's own controller is at work.
    if (claim.spec.volumeName === name) return setVolumePhase(client, volume, 'Bound');
    if (claim.spec.volumeName) await release(volume);
  };

  /** The claim found another volume in the meantime. */
  const release = async (volume: Volume) => {
    const { annotations = {}, resourceVersion } = volume.metadata;
    if (annotations[provisionedBy] && volume.spec.persistentVolumeReclaimPolicy === 'Delete')
      return setVolumePhase(client, volume, 'Released');
    const byController = annotations[boundByController] !== undefined;
    const patch = byController
      ? { metadata: { resourceVersion, annotations: { [boundByController]: null } }, spec: { claimRef: null } }
      : { metadata: { resourceVersion }, spec: { claimRef: { uid: null, resourceVersion: null } } };
    await client.patch(objectPath('persistentvolumes', volume.metadata), patch, 'merge');
  };

  /** The claim by name and UID. The cache may be behind, and a volume that is released may be taken away. */
  const claimOf = async ({ spec, status }: Volume): Promise<Claim | undefined> => {
    const { namespace, name = '', uid } = spec.claimRef ?? {};
    const cached = claims.get(namespace, name);
    if (cached?.metadata.uid === uid) return cached as Claim;
    if (status?.phase === 'Released') return undefined;
    try {
      const found = await client.get(objectPath('persistentvolumeclaims', { namespace, name }));
      return found.metadata.uid === uid ? (found as Claim) : undefined;
    } catch (error) {
      if (answered(error, 404)) return undefined;
      throw error;
    }
  };

  return runController(context, {
    name: 'persistentvolume',
    inputs: [
      { informer: volumes, keys: ({ metadata }) => [metadata.name] },
      {
        informer: claims,
        keys: (claim) => {
          const name = (claim as Claim).spec.volumeName;
          return name ? [name] : [];
        },
      },
    ],
    sync,
  });
}
