import type { KubernetesObject } from '../../../kubernetes/object.ts';
import type { FieldFault } from '../errors.ts';
import { type Json, listAt } from '../json.ts';
import { unknownValue } from '../validation/faults.ts';

const field = 'status.storedVersions';

/** `ValidateCustomResourceDefinitionStoredVersions`: what objects lie in has to stay a version. */
export function storedVersionFaults(object: KubernetesObject, versions: readonly Json[]): FieldFault[] {
  const stored = listAt(object, 'status', 'storedVersions').map(String);
  if (stored.length === 0) return [unknownValue(field, null, 'must have at least one stored version')];
  const names = versions.map(({ name }) => name);
  const missing = versions.filter(({ name, storage }) => storage === true && !stored.includes(String(name)));
  return [
    ...missing.map(({ name }) => unknownValue(field, stored, `must have the storage version ${String(name)}`)),
    ...[...stored.entries()]
      .filter(([, name]) => !names.includes(name))
      .map(([at, name]) =>
        unknownValue(
          `${field}[${at}]`,
          name,
          `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`,
        ),
      ),
  ];
}
