import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { asPod } from '../../../kubernetes/pod.ts';
import { podResources, resourceList } from '../../../kubernetes/resource-list.ts';
import { forbidden } from '../errors.ts';
import { isObject, type Json, listAt, objectAt, textAt } from '../json.ts';
import type { AdmissionRequest } from './admission-request.ts';
import { constraintFaults } from './limit-constraints.ts';

const storage = '/limitranges';
const annotation = 'kubernetes.io/limit-ranger';

function limitRangesIn({ context, namespace }: AdmissionRequest): readonly KubernetesObject[] {
  // Looked at for each pod: where there are none at all there is nothing to filter.
  const all = context.store.list(storage);
  return all.length === 0 ? all : all.filter(({ metadata }) => metadata.namespace === namespace);
}

/** Fills in a new pod's requests and limits by the namespace's LimitRanges (`plugin/pkg/admission/limitranger/admission.go`). */
export function applyLimits(request: AdmissionRequest): void {
  if (request.current) return;
  for (const range of limitRangesIn(request)) applyRange(range, request.object);
}

function applyRange(range: KubernetesObject, pod: KubernetesObject): void {
  let [requests, limits]: [Json, Json] = [{}, {}];
  for (const limit of listAt(range, 'spec', 'limits').filter((one) => textAt(one, 'type') === 'Container')) {
    requests = { ...requests, ...resourceList(objectAt(limit, 'defaultRequest')) };
    limits = { ...limits, ...resourceList(objectAt(limit, 'default')) };
  }
  const said: string[] = [];
  for (const [field, word] of [['containers', 'container'] as const, ['initContainers', 'init container'] as const])
    for (const container of listAt(pod, 'spec', field).filter(isObject)) {
      const about = `${word} ${textAt(container, 'name')}`;
      const set = { requests: fillIn(container, 'requests', requests), limits: fillIn(container, 'limits', limits) };
      if (set.requests.length > 0) said.push(`${set.requests.join(', ')} request for ${about}`);
      if (set.limits.length > 0) said.push(`${set.limits.join(', ')} limit for ${about}`);
    }
  if (said.length === 0) return;
  const annotations = { ...pod.metadata.annotations, [annotation]: `LimitRanger plugin set: ${said.join('; ')}` };
  pod.metadata.annotations = annotations;
}

/** The names that were set, sorted. */
function fillIn(container: Json, part: 'requests' | 'limits', defaults: Json): string[] {
  const present = objectAt(container, 'resources', part);
  const names = Object.keys(defaults).filter((name) => present[name] === undefined);
  if (names.length === 0) return [];
  const added = Object.fromEntries(names.map((name) => [name, defaults[name]]));
  container.resources = { ...objectAt(container, 'resources'), [part]: { ...present, ...added } };
  return names.sort();
}

/** Throws 403 with everything that is outside the namespace's limits. */
export function checkLimits(request: AdmissionRequest): void {
  const { resource, object, current } = request;
  const claims = resource.kind === 'PersistentVolumeClaim';
  // A pod's containers keep what they were created with.
  if (current && !claims) return;
  for (const range of limitRangesIn(request)) {
    const faults = listAt(range, 'spec', 'limits')
      .filter(isObject)
      .flatMap((limit) => (claims ? claimFaults(limit, object) : podFaults(limit, object)));
    if (faults.length === 0) continue;
    const text = faults.length === 1 ? (faults[0] ?? '') : `[${faults.join(', ')}]`;
    throw forbidden(resource, object.metadata.name, text);
  }
}

function claimFaults(limit: Json, claim: KubernetesObject): string[] {
  if (textAt(limit, 'type') !== 'PersistentVolumeClaim') return [];
  const requests = resourceList(objectAt(claim, 'spec', 'resources', 'requests'));
  return constraintFaults(limit, { requests, limits: undefined });
}

function podFaults(limit: Json, pod: KubernetesObject): string[] {
  const { spec } = asPod(pod);
  if (textAt(limit, 'type') === 'Pod')
    return constraintFaults(limit, { requests: podResources(spec, 'requests'), limits: podResources(spec, 'limits') });
  if (textAt(limit, 'type') !== 'Container') return [];
  return [...spec.containers, ...(spec.initContainers ?? [])].flatMap(({ resources }) =>
    constraintFaults(limit, {
      requests: resourceList(resources?.requests),
      limits: resourceList(resources?.limits),
    }),
  );
}
