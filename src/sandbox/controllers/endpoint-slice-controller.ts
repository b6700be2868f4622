import { asNode } from '../../kubernetes/node.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { type Controller, type ControllerContext, runController } from './controller.ts';
import { removeQuietly } from './endpoints-controller.ts';
import { createExpectations } from './expectations.ts';
import { sameValue } from './merge-patch.ts';
import { indexBy } from './object-index.ts';
import { controlledBy, keyOf, partsOf } from './owners.ts';
import { podsOfServices } from './pods-of-services.ts';
import { collectionPath, objectPath } from './resource-paths.ts';
import { endpointsOf, groupByPorts, type Service, type ServiceEndpoint } from './service-endpoints.ts';

const serviceLabel = 'kubernetes.io/service-name';
const managerLabel = 'endpointslice.kubernetes.io/managed-by';
const manager = 'endpointslice-controller.k8s.io';
/** More than this go into another slice. */
const largest = 100;

interface Slice extends KubernetesObject {
  endpoints?: unknown[];
  ports?: unknown[];
}

/** Writes a Service's EndpointSlices from its pods (`pkg/controller/endpointslice`). */
export function startEndpointSliceController(context: ControllerContext): Controller {
  const { client } = context;
  const services = context.informer('services');
  const pods = context.informer('pods');
  const nodes = context.informer('nodes');
  const slices = context.informer('endpointslices');
  const { podsOf, servicesOf } = podsOfServices(pods, services);
  const ofService = ({ metadata }: KubernetesObject) =>
    metadata.labels?.[managerLabel] === manager ? [`${metadata.namespace}/${metadata.labels[serviceLabel]}`] : [];
  const slicesOf = indexBy(slices, ofService);
  const expectations = createExpectations(slices);

  const sync = async (key: string) => {
    const { namespace, name } = partsOf(key);
    const service = services.get(namespace, name) as Service | undefined;
    const existing = (slicesOf.get(key) as Slice[]).filter(({ metadata }) => !metadata.deletionTimestamp);
    const path = (slice: KubernetesObject) => objectPath('endpointslices', slice.metadata);
    if (!service) {
      for (const slice of existing) await removeQuietly(() => client.remove(path(slice)));
      return expectations.forget(key);
    }
    // The slice that was just made is not in the cache yet; it comes back as a change.
    if (!service.spec.selector || service.spec.type === 'ExternalName' || !expectations.met(key)) return;
    const wanted = wantedSlices(
      service,
      podsOf(service),
      (node) =>
        asNode(nodes.get(undefined, node) ?? ({} as KubernetesObject)).metadata?.labels?.[
          'topology.kubernetes.io/zone'
        ],
    );
    for (const [index, slice] of wanted.entries()) {
      const kept = existing[index];
      if (!kept) {
        expectations.created(key, await client.create(collectionPath('endpointslices', namespace), slice));
        continue;
      }
      if (sameValue([kept.endpoints ?? null, kept.ports ?? null], [slice.endpoints, slice.ports])) continue;
      await client.replace(path(kept), { ...kept, endpoints: slice.endpoints, ports: slice.ports });
    }
    for (const slice of existing.slice(wanted.length)) await removeQuietly(() => client.remove(path(slice)));
  };

  return runController(context, {
    name: 'endpointslice',
    needs: [nodes],
    inputs: [
      { informer: services, keys: (service) => [keyOf(service)] },
      { informer: pods, keys: servicesOf },
      { informer: slices, keys: (slice, { type }) => (type === 'modified' ? [] : ofService(slice)) },
    ],
    sync,
  });
}

function wantedSlices(
  service: Service,
  pods: readonly KubernetesObject[],
  zoneOf: (node: string) => string | undefined,
) {
  const { name, namespace, labels } = service.metadata;
  const headless = service.spec.clusterIP === 'None' ? { 'service.kubernetes.io/headless': '' } : {};
  const metadata = {
    generateName: `${name}-`,
    namespace,
    labels: { ...labels, ...headless, [serviceLabel]: name, [managerLabel]: manager },
    ownerReferences: [controlledBy(service)],
  };
  const groups = groupByPorts(endpointsOf(service, pods));
  // Even a Service without pods has a slice, so that its watchers know it.
  if (groups.length === 0) groups.push({ ports: [], members: [] });
  return groups.flatMap(({ ports, members }) => {
    const pages = Array.from({ length: Math.max(1, Math.ceil(members.length / largest)) }, (_, page) =>
      members.slice(page * largest, (page + 1) * largest),
    );
    return pages.map((page) => ({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata,
      addressType: 'IPv4',
      endpoints: orNull(page.map((member) => endpointOf(member, zoneOf))),
      ports: orNull(ports),
    }));
  });
}

/** The API says `null` where nothing is. */
export function orNull<T>(list: readonly T[]): readonly T[] | null {
  return list.length > 0 ? list : null;
}

function endpointOf(
  { address, pod, ready, serving, terminating }: ServiceEndpoint,
  zoneOf: (node: string) => string | undefined,
) {
  const { name, namespace, uid } = pod.metadata;
  const { nodeName } = pod.spec;
  const zone = nodeName ? zoneOf(nodeName) : undefined;
  return {
    addresses: [address],
    conditions: { ready, serving, terminating },
    ...(nodeName ? { nodeName } : {}),
    ...(zone ? { zone } : {}),
    targetRef: { kind: 'Pod', namespace, name, uid },
  };
}
