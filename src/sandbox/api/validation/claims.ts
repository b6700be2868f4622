import { parseQuantity } from '../../../kubernetes/quantity.ts';
import { isObject, objectAt } from '../json.ts';
import { all, type Check, fields, filled, given, isAbsent, isEmpty, named, needed, textOf } from './checks.ts';
import { forbidden, required, unknownValue, unsupported } from './faults.ts';
import { subdomainFaults } from './names.ts';
import { labelSelector } from './selectors.ts';

const modes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

/** Ways of access, of claims and of volumes. */
export const accessModes: Check = (value, path, faults) => {
  const list = Array.isArray(value) ? value : [];
  for (const one of list) if (!modes.includes(textOf(one))) faults.push(unsupported(path, one, modes));
  if (list.length > 1 && list.includes('ReadWriteOncePod'))
    faults.push(forbidden(path, 'may not use ReadWriteOncePod with other access modes'));
};

export const volumeMode: Check = given((value, path, faults) => {
  if (value !== 'Block' && value !== 'Filesystem') faults.push(unsupported(path, value, ['Block', 'Filesystem']));
});

const storage: Check = (resources, path, faults) => {
  const amount = objectAt(resources, 'requests').storage;
  if (isAbsent(amount)) faults.push(required(`${path}[storage]`));
  else if (parseQuantity(amount as string) <= 0)
    faults.push(unknownValue(`${path}[storage]`, amount, 'must be greater than zero'));
};

const className: Check = filled(named(subdomainFaults));

const source: Check = given(
  all(fields({ name: needed(), kind: needed() }), (value, path, faults) => {
    const group = isObject(value) ? value.apiGroup : undefined;
    if (isEmpty(group) && isObject(value) && value.kind !== 'PersistentVolumeClaim')
      faults.push(
        unknownValue(path, value.kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup"),
      );
  }),
);

/** `ValidatePersistentVolumeClaimSpec` of `pkg/apis/core/validation/validation.go` */
export const claimSpec: Check = fields({
  accessModes: all(needed(undefined, 'at least 1 access mode is required'), accessModes),
  selector: given(labelSelector),
  resources: storage,
  storageClassName: className,
  volumeMode,
  dataSource: source,
  dataSourceRef: source,
  volumeAttributesClassName: className,
});
