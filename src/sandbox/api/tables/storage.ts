import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { listAt, objectAt, textAt } from '../json.ts';
import { type Cells, flag, size, text, textOr } from './cells.ts';

const modes: Record<string, string> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

/** Short, each once, in the order of this table (`GetAccessModesAsString` of `pkg/apis/core/v1/helper`). */
function modesOf(object: KubernetesObject, place: string): string {
  const has = new Set(listAt(object, place, 'accessModes'));
  return Object.entries(modes)
    .filter(([mode]) => has.has(mode))
    .map(([, short]) => short)
    .join(',');
}

const phase = (object: KubernetesObject) =>
  object.metadata.deletionTimestamp === undefined ? textAt(object, 'status', 'phase') : 'Terminating';

const className = (object: KubernetesObject) =>
  object.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ??
  textAt(object, 'spec', 'storageClassName');

const bound = (claim: KubernetesObject) => textAt(claim, 'spec', 'volumeName') !== '';
const storage = (...path: string[]) => {
  return (object: KubernetesObject) => String(objectAt(object, ...path).storage ?? '0');
};

const common: Cells = {
  Status: phase,
  StorageClass: className,
  VolumeAttributesClass: textOr('<unset>', 'spec', 'volumeAttributesClassName'),
  VolumeMode: textOr('<unset>', 'spec', 'volumeMode'),
};

export const claimCells: Cells = {
  ...common,
  Volume: text('spec', 'volumeName'),
  Capacity: (claim) => (bound(claim) ? storage('status', 'capacity')(claim) : ''),
  'Access Modes': (claim) => (bound(claim) ? modesOf(claim, 'status') : ''),
};

export const volumeCells: Cells = {
  ...common,
  Capacity: storage('spec', 'capacity'),
  'Access Modes': (volume) => modesOf(volume, 'spec'),
  'Reclaim Policy': text('spec', 'persistentVolumeReclaimPolicy'),
  Claim: (volume) => {
    const claim = objectAt(volume, 'spec', 'claimRef');
    return textAt(claim, 'name') === '' ? '' : `${textAt(claim, 'namespace')}/${textAt(claim, 'name')}`;
  },
  Reason: text('status', 'reason'),
};

const defaultClass = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];

export const storageClassCells: Cells = {
  Name: ({ metadata }) =>
    defaultClass.some((key) => metadata.annotations?.[key] === 'true') ? `${metadata.name} (default)` : metadata.name,
  Provisioner: text('provisioner'),
  ReclaimPolicy: textOr('Delete', 'reclaimPolicy'),
  VolumeBindingMode: textOr('Immediate', 'volumeBindingMode'),
  AllowVolumeExpansion: flag(false, 'allowVolumeExpansion'),
};

export const attachmentCells: Cells = {
  Attacher: text('spec', 'attacher'),
  PV: text('spec', 'source', 'persistentVolumeName'),
  Node: text('spec', 'nodeName'),
  Attached: flag(false, 'status', 'attached'),
};

export const driverCells: Cells = {
  AttachRequired: flag(true, 'spec', 'attachRequired'),
  PodInfoOnMount: flag(false, 'spec', 'podInfoOnMount'),
  StorageCapacity: flag(false, 'spec', 'storageCapacity'),
  TokenRequests: (driver) => {
    const requests = objectAt(driver, 'spec').tokenRequests;
    return Array.isArray(requests) ? requests.map((one) => textAt(one, 'audience')).join(',') : '<unset>';
  },
  RequiresRepublish: flag(false, 'spec', 'requiresRepublish'),
  Modes: (driver) => listAt(driver, 'spec', 'volumeLifecycleModes').join(',') || '<none>',
};

export const nodeDriversCells: Cells = { Drivers: size('spec', 'drivers') };

export const attributesClassCells: Cells = { DriverName: text('driverName') };
