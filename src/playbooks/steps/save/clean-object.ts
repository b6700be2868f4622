import type { KubernetesObject } from '../../../kubernetes/object.ts';

/** What the server, a controller or another tool writes down for itself; applied again it would be wrong or refused. */
const ownMetadata = ['managedFields', 'uid', 'resourceVersion', 'generation', 'creationTimestamp', 'selfLink'];
const ownAnnotations = [
  'kubectl.kubernetes.io/last-applied-configuration',
  'deployment.kubernetes.io/revision',
  'pv.kubernetes.io/bind-completed',
  'pv.kubernetes.io/bound-by-controller',
  'volume.kubernetes.io/selected-node',
];
const ownLabels = ['controller-uid', 'batch.kubernetes.io/controller-uid', 'job-name', 'batch.kubernetes.io/job-name'];

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** Whether the cluster makes it by itself: what an owner has, what every namespace has, and tokens of accounts. */
export function madeByCluster({ kind, metadata, ...rest }: KubernetesObject): boolean {
  if ((metadata.ownerReferences ?? []).some(({ controller }) => controller)) return true;
  if (kind === 'ConfigMap' && metadata.name === 'kube-root-ca.crt') return true;
  if (kind === 'ServiceAccount' && metadata.name === 'default') return true;
  return kind === 'Secret' && (rest as Fields).type === 'kubernetes.io/service-account-token';
}

/** The object as somebody would have written it: without status and what belongs to its life on this cluster. */
export function cleanObject(object: KubernetesObject): Fields {
  const { apiVersion, kind, metadata, status: _, ...rest } = object as KubernetesObject & Fields;
  const kept = without(metadata as unknown as Fields, ownMetadata);
  const cleaned = withoutEmpty({
    ...kept,
    annotations: isFields(kept.annotations) ? without(kept.annotations, ownAnnotations) : undefined,
  });
  const spec = isFields(rest.spec) ? { spec: cleanSpec(kind, rest.spec) } : {};
  return { apiVersion, kind, metadata: cleaned, ...rest, ...spec };
}

function cleanSpec(kind: string, spec: Fields): Fields {
  // An address of another cluster is not to be had; a headless Service's `None` is its own.
  if (kind === 'Service' && spec.clusterIP !== 'None') return without(spec, ['clusterIP', 'clusterIPs']);
  // The volume is another one there.
  if (kind === 'PersistentVolumeClaim') return without(spec, ['volumeName']);
  if (kind !== 'Job' || !isFields(spec.template)) return spec;
  const { metadata } = spec.template;
  const labels = isFields(metadata) && isFields(metadata.labels) ? without(metadata.labels, ownLabels) : {};
  const template = { ...spec.template, metadata: { ...(isFields(metadata) ? metadata : {}), labels } };
  return { ...without(spec, ['selector']), template };
}

function without(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

function withoutEmpty(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) => value !== undefined && !(isFields(value) && Object.keys(value).length === 0),
    ),
  );
}
