import type { KubernetesObject } from '../../kubernetes/object.ts';
import { type Controller, type ControllerContext, runController } from './controller.ts';
import { orNull } from './endpoint-slice-controller.ts';
import { removeQuietly } from './endpoints-controller.ts';
import { createExpectations } from './expectations.ts';
import { sameValue } from './merge-patch.ts';
import { indexBy } from './object-index.ts';
import { controlledBy, keyOf, partsOf } from './owners.ts';
import { collectionPath, objectPath } from './resource-paths.ts';
import type { Service } from './service-endpoints.ts';

const serviceLabel = 'kubernetes.io/service-name';
const managerLabel = 'endpointslice.kubernetes.io/managed-by';
const manager = 'endpointslicemirroring-controller.k8s.io';
/** More addresses than this are not mirrored. */
const mostAddresses = 1000;

interface Address {
  ip: string;
  hostname?: string;
  nodeName?: string;
  targetRef?: object;
}

interface Endpoints extends KubernetesObject {
  subsets?: { addresses?: Address[]; notReadyAddresses?: Address[]; ports?: Record<string, unknown>[] }[];
}

interface Slice extends KubernetesObject {
  endpoints?: unknown[] | null;
  ports?: unknown[] | null;
}

/** Puts Endpoints that somebody writes for a Service without a selector into slices too (`pkg/controller/endpointslicemirroring`). */
export function startEndpointSliceMirroringController(context: ControllerContext): Controller {
  const { client } = context;
  const services = context.informer('services');
  const endpoints = context.informer('endpoints');
  const slices = context.informer('endpointslices');
  const ofEndpoints = ({ metadata }: KubernetesObject) =>
    metadata.labels?.[managerLabel] === manager ? [`${metadata.namespace}/${metadata.labels[serviceLabel]}`] : [];
  const slicesOf = indexBy(slices, ofEndpoints);
  const expectations = createExpectations(slices);

  const sync = async (key: string) => {
    const { namespace, name } = partsOf(key);
    const service = services.get(namespace, name) as Service | undefined;
    const found = endpoints.get(namespace, name) as Endpoints | undefined;
    const existing = slicesOf.get(key) as Slice[];
    if (!expectations.met(key)) return;
    const wanted = found && service && !service.spec.selector ? mirrored(found) : [];
    for (const [index, slice] of wanted.entries()) {
      const kept = existing[index];
      if (!kept) expectations.created(key, await client.create(collectionPath('endpointslices', namespace), slice));
      else if (!sameValue([kept.endpoints ?? null, kept.ports ?? null], [slice.endpoints, slice.ports]))
        await client.replace(objectPath('endpointslices', kept.metadata), {
          ...kept,
          ...slice,
          metadata: kept.metadata,
        });
    }
    for (const { metadata } of existing.slice(wanted.length))
      await removeQuietly(() => client.remove(objectPath('endpointslices', metadata)));
    if (!found) expectations.forget(key);
  };

  return runController(context, {
    name: 'endpointslice-mirroring',
    inputs: [
      { informer: services, keys: (service) => (isMirrored(service) ? [keyOf(service)] : []) },
      { informer: endpoints, keys: (object) => (isWritten(object) ? [keyOf(object)] : []) },
      { informer: slices, keys: (slice, { type }) => (type === 'modified' ? [] : ofEndpoints(slice)) },
    ],
    sync,
  });
}

const isMirrored = (service: KubernetesObject) => !(service as Service).spec.selector;

/** Those of the endpoints controller have slices of their own. */
function isWritten({ metadata }: KubernetesObject): boolean {
  const { labels = {}, annotations = {} } = metadata;
  if (labels['endpointslice.kubernetes.io/skip-mirror'] === 'true') return false;
  if (labels['endpoints.kubernetes.io/managed-by'] !== undefined) return false;
  return annotations['control-plane.alpha.kubernetes.io/leader'] === undefined;
}

function mirrored(object: Endpoints) {
  const { name, namespace, labels } = object.metadata;
  const metadata = {
    generateName: `${name}-`,
    namespace,
    labels: { ...labels, [serviceLabel]: name, [managerLabel]: manager },
    ownerReferences: [controlledBy(object)],
  };
  return (object.subsets ?? []).map(({ addresses = [], notReadyAddresses = [], ports = [] }) => {
    const all = [
      ...addresses.map((address) => endpointOf(address, true)),
      ...notReadyAddresses.map((address) => endpointOf(address, false)),
    ];
    return {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata,
      addressType: all[0]?.addresses[0]?.includes(':') ? 'IPv6' : 'IPv4',
      endpoints: orNull(all.slice(0, mostAddresses)),
      ports: orNull(ports.map((port) => ({ name: '', ...port }))),
    };
  });
}

function endpointOf({ ip, hostname, nodeName, targetRef }: Address, ready: boolean) {
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname ? { hostname } : {}),
    ...(nodeName ? { nodeName } : {}),
    ...(targetRef ? { targetRef } : {}),
  };
}
