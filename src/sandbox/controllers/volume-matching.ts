import { matchesSelector } from '../../kubernetes/labels.ts';
import { parseBytes } from '../../kubernetes/quantity.ts';
import type { Claim, Volume } from './storage-terms.ts';

/** Whether the volume is, or is reserved to be, this claim's (`component-helpers/storage/volume/pv_helpers.go IsVolumeBoundToClaim`). */
export function isReservedFor({ spec: { claimRef } }: Volume, { metadata }: Claim): boolean {
  if (claimRef?.name !== metadata.name || claimRef.namespace !== metadata.namespace) return false;
  return !claimRef.uid || claimRef.uid === metadata.uid;
}

/**
 * The volume that a claim gets: one that is reserved for it, else the smallest free one that suffices (`FindMatchingVolume`).
 * `late` leaves free ones to the scheduler; `reaches` says whether a volume can be used where it is wanted.
 */
export function findVolume(
  claim: Claim,
  volumes: readonly Volume[],
  options: { late?: boolean; reaches?: (volume: Volume) => boolean } = {},
): Volume | undefined {
  const { late = false, reaches = () => true } = options;
  const suitable = volumes.filter((volume) => {
    if (volume.spec.claimRef && !isReservedFor(volume, claim)) return false;
    return sizeOf(volume) >= wantedBy(claim) && sameMode(volume, claim) && !volume.metadata.deletionTimestamp;
  });
  const reserved = suitable.find((volume) => isReservedFor(volume, claim) && hasModes(volume, claim));
  if (reserved) return reaches(reserved) ? reserved : undefined;
  if (late) return undefined;
  return suitable
    .filter(({ status }) => status?.phase === 'Available')
    .filter((volume) => sameClass(volume, claim) && hasModes(volume, claim))
    .filter((volume) => !claim.spec.selector || matchesSelector(claim.spec.selector, volume.metadata.labels))
    .filter(reaches)
    .reduce<Volume | undefined>((least, one) => (least && sizeOf(least) <= sizeOf(one) ? least : one), undefined);
}

/** Why a volume that a claim asks for by name does not do (`checkVolumeSatisfyClaim`); undefined when it does. */
export function mismatchOf(volume: Volume, claim: Claim): string | undefined {
  if (volume.metadata.deletionTimestamp) return 'the volume is marked for deletion';
  if (sizeOf(volume) < wantedBy(claim)) return 'requested PV is too small';
  if (!sameClass(volume, claim)) return 'storageClassName does not match';
  if (!sameMode(volume, claim)) return 'incompatible volumeMode';
  return hasModes(volume, claim) ? undefined : 'incompatible accessMode';
}

const sizeOf = ({ spec }: Volume) => parseBytes(spec.capacity?.storage ?? '0');
const wantedBy = ({ spec }: Claim) => parseBytes(spec.resources?.requests?.storage ?? '0');
const sameClass = (volume: Volume, claim: Claim) =>
  (volume.spec.storageClassName ?? '') === (claim.spec.storageClassName ?? '');
const sameMode = (volume: Volume, claim: Claim) =>
  (volume.spec.volumeMode ?? 'Filesystem') === (claim.spec.volumeMode ?? 'Filesystem');
const hasModes = (volume: Volume, claim: Claim) =>
  (claim.spec.accessModes ?? []).every((mode) => volume.spec.accessModes?.includes(mode));
