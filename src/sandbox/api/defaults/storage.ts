import { fill, type Json, objectAt } from '../json.ts';

export function defaultClaim(spec: Json): void {
  fill(spec, 'volumeMode', 'Filesystem');
}

export function defaultVolume(spec: Json): void {
  fill(spec, 'volumeMode', 'Filesystem');
  fill(spec, 'persistentVolumeReclaimPolicy', 'Retain');
}

export function defaultStorageClass(object: Json): void {
  fill(object, 'reclaimPolicy', 'Delete');
  fill(object, 'volumeBindingMode', 'Immediate');
}

/** A Secret's `stringData` is write-only (`pkg/apis/core/v1/conversion.go`, `pkg/registry/core/secret`). */
export function defaultSecret(object: Json): void {
  fill(object, 'type', 'Opaque');
  const { stringData } = object;
  if (stringData === undefined) return;
  const encoded = Object.entries(objectAt(object, 'stringData')).map(([key, text]) => [
    key,
    Buffer.from(String(text)).toString('base64'),
  ]);
  object.data = { ...objectAt(object, 'data'), ...Object.fromEntries(encoded) };
  delete object.stringData;
}
