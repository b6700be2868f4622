import { timestamp } from '../../kubernetes/condition.ts';
import type { ApiClient } from '../client.ts';
import { writeStatus } from './controller.ts';
import { objectPath } from './resource-paths.ts';
import { bindCompleted, boundByController, type Claim, type Volume } from './storage-terms.ts';

/** The reference that reserves a volume for a claim, and the note of who wrote it (`GetBindVolumeToClaim`). */
export function reservation({ metadata }: Claim, volume: Volume): object | undefined {
  const { namespace, name, uid, resourceVersion } = metadata;
  if (volume.spec.claimRef?.uid === uid) return undefined;
  const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid, resourceVersion };
  // A user's own reservation stays known as such: the volume is not put back when the claim goes elsewhere.
  const annotations = volume.spec.claimRef ? undefined : { [boundByController]: 'yes' };
  return {
    metadata: { resourceVersion: volume.metadata.resourceVersion, ...(annotations ? { annotations } : {}) },
    spec: { claimRef },
  };
}

/** Ties both to each other in the order of `pv_controller.go bind`; what is already so is not written again. */
export async function bindVolume(client: ApiClient, volume: Volume, claim: Claim): Promise<void> {
  const reserve = reservation(claim, volume);
  if (reserve) await client.patch(objectPath('persistentvolumes', volume.metadata), reserve, 'merge');
  await setVolumePhase(client, volume, 'Bound');
  const patch = claimPatch(claim, volume.metadata.name);
  if (patch) await client.patch(objectPath('persistentvolumeclaims', claim.metadata), patch, 'merge');
  const { accessModes, capacity } = volume.spec;
  // A volume that grew is announced by who made it grow.
  const known = claim.status?.phase === 'Bound' ? (claim.status.capacity ?? capacity) : capacity;
  const status = { ...claim.status, phase: 'Bound', accessModes, capacity: known };
  await writeStatus(client, 'persistentvolumeclaims', claim, status);
}

function claimPatch({ metadata, spec }: Claim, volumeName: string): object | undefined {
  const annotations: Record<string, string> = {};
  if (metadata.annotations?.[bindCompleted] === undefined) annotations[bindCompleted] = 'yes';
  if (spec.volumeName !== volumeName) annotations[boundByController] = 'yes';
  return Object.keys(annotations).length > 0 ? { metadata: { annotations }, spec: { volumeName } } : undefined;
}

/** Writes the phase where it differs, with the time of the change. */
export async function setVolumePhase(client: ApiClient, volume: Volume, phase: string): Promise<void> {
  if (volume.status?.phase === phase) return;
  const lastPhaseTransitionTime = timestamp(Date.now());
  await writeStatus(client, 'persistentvolumes', volume, { ...volume.status, phase, lastPhaseTransitionTime });
}
