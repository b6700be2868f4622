import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { type FieldFault, invalid } from '../errors.ts';
import { objectAt } from '../json.ts';
import type { Resource } from '../resources.ts';
import { labelFaults, nameFaults } from './names.ts';

/** Throws 422 with everything that is wrong with an object; `current` is what it replaces. */
export function validate(resource: Resource, object: KubernetesObject, current?: KubernetesObject): void {
  const faults: FieldFault[] = [
    ...(current ? [] : nameFaults(resource.kind, object.metadata.name)),
    ...labelFaults(objectAt(object, 'metadata', 'labels'), 'metadata.labels'),
  ];
  if (faults.length > 0) throw invalid(resource, object.metadata.name, faults);
}
