import { parseQuantity } from '../../../kubernetes/quantity.ts';
import { forbidden } from '../errors.ts';
import { objectAt, textAt } from '../json.ts';
import type { AdmissionRequest } from './admission-request.ts';

const finalizers: Record<string, string> = {
  PersistentVolumeClaim: 'kubernetes.io/pvc-protection',
  PersistentVolume: 'kubernetes.io/pv-protection',
};

/** What is in use stays until nobody uses it: a controller takes the finalizer off (`plugin/pkg/admission/storage/storageobjectinuseprotection`). */
export function protectInUse({ resource, object, current }: AdmissionRequest): void {
  const finalizer = finalizers[resource.kind];
  const present = object.metadata.finalizers ?? [];
  if (current || finalizer === undefined || present.includes(finalizer)) return;
  object.metadata.finalizers = [...present, finalizer];
}

/** A claim grows only where its class allows it (`plugin/pkg/admission/storage/persistentvolume/resize`). Throws 403. */
export function checkExpansion({ context, resource, object, current }: AdmissionRequest): void {
  if (!current || sizeOf(object) <= sizeOf(current)) return;
  const refuse = (why: string) => forbidden(resource, object.metadata.name, why);
  if (textAt(current, 'status', 'phase') !== 'Bound')
    throw refuse('Only bound persistent volume claims can be expanded');
  const [before, after] = [textAt(current, 'spec', 'storageClassName'), textAt(object, 'spec', 'storageClassName')];
  const storageClass = context.store.get('storage.k8s.io/storageclasses', '', after);
  if (after === '' || before !== after || storageClass?.allowVolumeExpansion !== true)
    throw refuse(
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    );
}

function sizeOf(claim: unknown): number {
  const size = objectAt(claim, 'spec', 'resources', 'requests').storage;
  return typeof size === 'string' || typeof size === 'number' ? parseQuantity(size) : 0;
}
