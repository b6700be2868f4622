import type { KubernetesObject } from '../../kubernetes/object.ts';
import { emptyStatus } from './defaults/fill-structs.ts';
import { copy, equal, listAt, objectAt, textAt } from './json.ts';
import { localCondition } from './local-services.ts';
import type { Resource } from './resources.ts';

/** Kinds with a spec whose generation is not kept (`strategy.go` of each kind in pkg/registry). */
const withoutGeneration = new Set([
  'Namespace',
  'Node',
  'Service',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'HorizontalPodAutoscaler',
  'ResourceQuota',
  'LimitRange',
  'Lease',
  'APIService',
  'CertificateSigningRequest',
  'IPAddress',
  'ServiceCIDR',
  'ResourceClaim',
  'ResourceClaimTemplate',
  'CSIDriver',
  'CSINode',
  'VolumeAttachment',
]);

/** Kinds without a spec whose generation is kept. */
const withGeneration = new Set([
  'EndpointSlice',
  'MutatingWebhookConfiguration',
  'PodTemplate',
  'PriorityClass',
  'ValidatingWebhookConfiguration',
]);

export function countsGenerations(resource: Resource, object: KubernetesObject): boolean {
  if (resource.custom || withGeneration.has(resource.kind)) return true;
  return object.spec !== undefined && !withoutGeneration.has(resource.kind);
}

/** What a new object's status is, whatever the client sent; undefined leaves it as sent. */
export function firstStatus(resource: Resource, object: KubernetesObject): Record<string, unknown> | undefined {
  switch (resource.kind) {
    case 'Node':
      return objectAt(object, 'status');
    case 'Pod':
      return { phase: 'Pending', qosClass: qosClassOf(object) };
    case 'Namespace':
      return { phase: 'Active' };
    case 'PersistentVolume':
      return { phase: 'Pending', lastPhaseTransitionTime: object.metadata.creationTimestamp };
    case 'PersistentVolumeClaim':
      return { phase: 'Pending' };
    case 'APIService':
      // Only of another server it has to be found out whether it is there.
      return objectAt(object, 'spec').service === undefined
        ? { conditions: [localCondition(object.metadata.creationTimestamp ?? '')] }
        : {};
    case 'Service':
    case 'Ingress':
      return { loadBalancer: {} };
    default:
      return resource.custom || !resource.subresources.includes('status') ? undefined : emptyStatus(resource);
  }
}

/** `Guaranteed`, `Burstable` or `BestEffort` (`pkg/apis/core/v1/helper/qos/qos.go`). */
export function qosClassOf(pod: KubernetesObject): string {
  const spec = objectAt(pod, 'spec');
  const containers = [spec.containers, spec.initContainers].flatMap((list) => (Array.isArray(list) ? list : []));
  const resources = containers.map((container: unknown) => ({
    requests: objectAt(container, 'resources', 'requests'),
    limits: objectAt(container, 'resources', 'limits'),
  }));
  const guaranteed = resources.every(({ requests, limits }) =>
    ['cpu', 'memory'].every(
      (name) => limits[name] !== undefined && equal(requests[name] ?? limits[name], limits[name]),
    ),
  );
  if (guaranteed && resources.length > 0) return 'Guaranteed';
  const some = resources.some(({ requests, limits }) =>
    ['cpu', 'memory'].some((name) => requests[name] !== undefined || limits[name] !== undefined),
  );
  return some ? 'Burstable' : 'BestEffort';
}

/** The status endpoint of Kubernetes' own kinds also takes labels and annotations, but a Deployment's labels. */
function takenMetadata(resource: Resource, { labels, annotations }: KubernetesObject['metadata']) {
  if (resource.custom) return {};
  return { ...(labels && resource.kind !== 'Deployment' ? { labels } : {}), ...(annotations ? { annotations } : {}) };
}

/**
 * What of a written object counts: the main endpoint leaves the status alone, the status endpoint everything else
 * (`PrepareForUpdate` of each strategy). What stays as it was is shared with the stored object, not copied: statuses are written
 * hundreds of times a second, and what is equal because it is the same is quickly found to be so.
 */
export function mergedHalves(
  resource: Resource,
  subresource: string,
  current: KubernetesObject,
  next: KubernetesObject,
): KubernetesObject {
  if (subresource === 'status') {
    const metadata = { ...current.metadata, ...takenMetadata(resource, next.metadata) };
    return withField({ ...current, metadata }, 'status', next.status);
  }
  if (subresource === 'finalize') {
    const spec = { ...objectAt(current, 'spec'), finalizers: objectAt(next, 'spec').finalizers };
    return withField(copy(current), 'spec', copy(spec));
  }
  if (subresource === 'ephemeralcontainers') {
    const spec = { ...objectAt(current, 'spec'), ephemeralContainers: objectAt(next, 'spec').ephemeralContainers };
    return withField(copy(current), 'spec', copy(spec));
  }
  if (subresource === 'resize') return withField(copy(current), 'spec', resized(current, next));
  if (!resource.subresources.includes('status')) return next;
  // What holds a namespace is changed by `finalize` alone.
  if (resource.storage === '/namespaces') next = withField(next, 'spec', current.spec);
  return withField(next, 'status', current.status);
}

/** Of a resize only the containers' resources are taken (`pkg/registry/core/pod/strategy.go podResizeStrategy`). */
function resized(current: KubernetesObject, next: KubernetesObject): Record<string, unknown> {
  const wanted = new Map(
    listAt(next, 'spec', 'containers').map((one) => [textAt(one, 'name'), objectAt(one).resources]),
  );
  const containers = listAt(current, 'spec', 'containers').map((one) => ({
    ...objectAt(one),
    resources: wanted.get(textAt(one, 'name')) ?? objectAt(one).resources,
  }));
  return { ...objectAt(current, 'spec'), containers };
}

function withField(object: KubernetesObject, field: string, value: unknown): KubernetesObject {
  const { [field]: _, ...rest } = object;
  return (value === undefined ? rest : { ...rest, [field]: value }) as KubernetesObject;
}

/** Whether a write counts as a new generation: everything but metadata and status; for Deployments annotations too. */
export function isNewGeneration(resource: Resource, current: KubernetesObject, next: KubernetesObject): boolean {
  if (resource.kind === 'Deployment' && !equal(current.metadata.annotations ?? {}, next.metadata.annotations ?? {}))
    return true;
  // Its labels too (`pkg/registry/discovery/endpointslice/strategy.go`).
  if (resource.kind === 'EndpointSlice' && !equal(current.metadata.labels ?? {}, next.metadata.labels ?? {}))
    return true;
  const specOf = ({ metadata: _, status: __, apiVersion: ___, ...rest }: KubernetesObject) => rest;
  return resource.custom || resource.kind === 'Ingress' || resource.group !== ''
    ? !equal(specOf(current), specOf(next))
    : !equal(current.spec, next.spec);
}
