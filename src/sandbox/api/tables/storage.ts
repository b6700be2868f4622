import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { listAt, objectAt, textAt } from '../json.ts';
import { ageColumn, column, nameColumn, text, wide } from './columns.ts';

const modes: Record<string, string> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

const modesOf = (...path: string[]) => {
  return (object: KubernetesObject) =>
    listAt(object, ...path)
      .map((mode) => modes[String(mode)] ?? String(mode))
      .join(',');
};

export const claimColumns = [
  nameColumn,
  column('Status', (claim) =>
    claim.metadata.deletionTimestamp === undefined ? textAt(claim, 'status', 'phase') : 'Terminating',
  ),
  text('Volume', 'spec', 'volumeName'),
  column('Capacity', (claim) => String(objectAt(claim, 'status', 'capacity').storage ?? '')),
  column('Access Modes', modesOf('status', 'accessModes')),
  text('StorageClass', 'spec', 'storageClassName'),
  column('VolumeAttributesClass', (claim) => textAt(claim, 'spec', 'volumeAttributesClassName') || '<unset>'),
  ageColumn,
  wide('VolumeMode', (claim) => textAt(claim, 'spec', 'volumeMode')),
];

export const volumeColumns = [
  nameColumn,
  column('Capacity', (volume) => String(objectAt(volume, 'spec', 'capacity').storage ?? '')),
  column('Access Modes', modesOf('spec', 'accessModes')),
  text('Reclaim Policy', 'spec', 'persistentVolumeReclaimPolicy'),
  column('Status', (volume) =>
    volume.metadata.deletionTimestamp === undefined ? textAt(volume, 'status', 'phase') : 'Terminating',
  ),
  column('Claim', (volume) => {
    const claim = objectAt(volume, 'spec', 'claimRef');
    return textAt(claim, 'name') === '' ? '' : `${textAt(claim, 'namespace')}/${textAt(claim, 'name')}`;
  }),
  text('StorageClass', 'spec', 'storageClassName'),
  column('VolumeAttributesClass', (volume) => textAt(volume, 'spec', 'volumeAttributesClassName') || '<unset>'),
  text('Reason', 'status', 'reason'),
  ageColumn,
  wide('VolumeMode', (volume) => textAt(volume, 'spec', 'volumeMode')),
];

const defaultClass = 'storageclass.kubernetes.io/is-default-class';

export const storageClassColumns = [
  column(
    'Name',
    ({ metadata }) => (metadata.annotations?.[defaultClass] === 'true' ? `${metadata.name} (default)` : metadata.name),
    { format: 'name' },
  ),
  text('Provisioner', 'provisioner'),
  text('ReclaimPolicy', 'reclaimPolicy'),
  text('VolumeBindingMode', 'volumeBindingMode'),
  column('AllowVolumeExpansion', (object) => object.allowVolumeExpansion === true, { type: 'boolean' }),
  ageColumn,
];
