import type { KubernetesObject } from '../../../kubernetes/object.ts';
import type { FieldFault } from '../errors.ts';
import { listAt, objectAt } from '../json.ts';
import { required } from './faults.ts';

/** `ValidatePersistentVolumeClaimSpec` */
export function claimFaults(object: KubernetesObject): FieldFault[] {
  const spec = objectAt(object, 'spec');
  const faults: FieldFault[] = [];
  if (listAt(spec, 'accessModes').length === 0)
    faults.push(required('spec.accessModes', 'at least 1 access mode is required'));
  if (objectAt(spec, 'resources', 'requests').storage === undefined) faults.push(required('spec.resources[storage]'));
  return faults;
}
