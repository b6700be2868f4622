import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { fill, type Json, objectAt } from '../json.ts';
import type { ServerContext } from '../server-context.ts';

const defaultClass = 'storageclass.kubernetes.io/is-default-class';

export function defaultClaim(spec: Json): void {
  fill(spec, 'volumeMode', 'Filesystem');
}

/** The default StorageClass of a claim that names none (`plugin/pkg/admission/storage/storageclass/setdefault`). */
export function chooseStorageClass({ store }: ServerContext, claim: KubernetesObject): void {
  const spec = objectAt(claim, 'spec');
  if (spec.storageClassName !== undefined && spec.storageClassName !== null) return;
  const classes = store.list('storage.k8s.io/storageclasses');
  const found = classes.find(({ metadata }) => metadata.annotations?.[defaultClass] === 'true');
  if (found) spec.storageClassName = found.metadata.name;
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
