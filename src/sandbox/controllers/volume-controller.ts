import { answered } from '../client.ts';
import { type Controller, type ControllerContext, runController, writeStatus } from './controller.ts';
import { objectPath } from './resource-paths.ts';
import type { Volume } from './storage-terms.ts';

const protection = 'kubernetes.io/pv-protection';

/** Phases of volumes, and their end after their claim's, by the reclaim policy (`pv_controller.go syncVolume`). */
export function startVolumeController(context: ControllerContext): Controller {
  const { client } = context;
  const volumes = context.informer('persistentvolumes');
  const claims = context.informer('persistentvolumeclaims');

  const sync = async (name: string) => {
    const volume = volumes.get(undefined, name) as Volume | undefined;
    if (!volume) return;
    const bound = await isClaimed(volume);
    if (volume.metadata.deletionTimestamp) return bound ? undefined : unprotect(volume);
    const phase = bound ? 'Bound' : volume.spec.claimRef?.uid ? 'Released' : 'Available';
    if (phase === 'Bound' && volume.status?.phase !== undefined && volume.status.phase !== 'Released') return;
    await writeStatus(client, 'persistentvolumes', volume, { ...volume.status, phase });
    const provisioned = volume.metadata.annotations?.['pv.kubernetes.io/provisioned-by'] !== undefined;
    if (phase === 'Released' && provisioned && volume.spec.persistentVolumeReclaimPolicy === 'Delete')
      await client.remove(objectPath('persistentvolumes', volume.metadata));
  };

  const isClaimed = async ({ spec }: Volume): Promise<boolean> => {
    const { namespace, name, uid } = spec.claimRef ?? {};
    if (!uid || !name) return false;
    if (claims.get(namespace, name)?.metadata.uid === uid) return true;
    try {
      // The cache may be behind, and what is deleted here does not come back.
      const found = await client.get(objectPath('persistentvolumeclaims', { namespace, name }));
      return found.metadata.uid === uid;
    } catch (error) {
      if (answered(error, 404)) return false;
      throw error;
    }
  };

  const unprotect = async (volume: Volume) => {
    const finalizers = volume.metadata.finalizers ?? [];
    if (!finalizers.includes(protection)) return;
    const { resourceVersion } = volume.metadata;
    const metadata = { resourceVersion, finalizers: finalizers.filter((one) => one !== protection) };
    await client.patch(objectPath('persistentvolumes', volume.metadata), { metadata }, 'merge');
  };

  return runController(context, {
    name: 'persistentvolume',
    inputs: [
      { informer: volumes, keys: ({ metadata }) => [metadata.name] },
      {
        informer: claims,
        keys: (claim) => {
          const name = (claim.spec as { volumeName?: string } | undefined)?.volumeName;
          return name ? [name] : [];
        },
      },
    ],
    sync,
  });
}
