import type { KubernetesObject } from '../../../kubernetes/object.ts';
import type { FieldFault } from '../errors.ts';
import { isObject, listAt, objectAt, textAt } from '../json.ts';
import { required, unknownValue } from './faults.ts';

/** `ValidatePersistentVolumeClaimSpec` */
export function claimFaults(object: KubernetesObject): FieldFault[] {
  const spec = objectAt(object, 'spec');
  const faults: FieldFault[] = [];
  if (listAt(spec, 'accessModes').length === 0)
    faults.push(required('spec.accessModes', 'at least 1 access mode is required'));
  if (objectAt(spec, 'resources', 'requests').storage === undefined) faults.push(required('spec.resources[storage]'));
  return faults;
}

/** `apiextensions-apiserver/pkg/apis/apiextensions/validation` */
export function definitionFaults(object: KubernetesObject): FieldFault[] {
  const spec = objectAt(object, 'spec');
  const [group, plural] = [textAt(spec, 'group'), textAt(spec, 'names', 'plural')];
  const versions = listAt(spec, 'versions').filter(isObject);
  const faults: FieldFault[] = [];
  if (group === '') faults.push(required('spec.group'));
  if (plural === '') faults.push(required('spec.names.plural'));
  if (textAt(spec, 'names', 'kind') === '') faults.push(required('spec.names.kind'));
  if (versions.length === 0) faults.push(required('spec.versions'));
  if (versions.length > 0 && versions.filter((version) => version.storage === true).length !== 1)
    faults.push(
      unknownValue('spec.versions', versions.length, 'must have exactly one version marked as storage version'),
    );
  if (object.metadata.name !== `${plural}.${group}`)
    faults.push(unknownValue('metadata.name', object.metadata.name, 'must be spec.names.plural+"."+spec.group'));
  return faults;
}
