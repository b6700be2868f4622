import { fieldAt, hasField, without } from './field-sets.ts';
import { keptOf, type ManagedEntry, sortEntries } from './managers.ts';

const replicasInScale = ['spec', 'replicas'];

/** The entries of a Scale: who owns the replicas of the object behind it (`managedfields/scalehandler.go ToSubresource`). */
export function scaleEntries(entries: readonly ManagedEntry[], path: readonly string[]): ManagedEntry[] {
  return entries
    .filter(({ fieldsV1 }) => hasField(fieldsV1, path))
    .map((entry) => ({ ...entry, apiVersion: 'autoscaling/v1', fieldsV1: fieldAt(replicasInScale) }));
}

/**
 * The entries of the object after a write of its Scale: who owns the replicas there owns them here, the others lose them. What comes
 * of a Scale has no time (`ToParent` of the same file).
 */
export function entriesOfScaled(
  entries: readonly ManagedEntry[],
  ofScale: readonly ManagedEntry[],
  apiVersion: string,
  path: readonly string[],
): ManagedEntry[] {
  const isSame = (left: ManagedEntry) => (right: ManagedEntry) =>
    left.operation === 'Apply' &&
    right.operation === 'Apply' &&
    left.manager === right.manager &&
    left.subresource === right.subresource;
  const kept = entries.flatMap((entry) => {
    if (!hasField(entry.fieldsV1, path) || ofScale.some(isSame(entry))) return [entry];
    return keptOf(entry, without(entry.fieldsV1, fieldAt(path)));
  });
  const owning = entries.filter(({ fieldsV1 }) => hasField(fieldsV1, path));
  const taken = ofScale
    .filter((entry) => hasField(entry.fieldsV1, replicasInScale) && !owning.some(isSame(entry)))
    .map(({ time: _, ...entry }): ManagedEntry => ({ ...entry, apiVersion, fieldsV1: fieldAt(path) }));
  return sortEntries([...kept, ...taken]);
}
