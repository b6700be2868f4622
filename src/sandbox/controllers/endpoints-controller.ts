import { answered } from '../client.ts';
import { type Controller, type ControllerContext, runController } from './controller.ts';
import { sameValue } from './merge-patch.ts';
import { keyOf, partsOf } from './owners.ts';
import { podsOfServices } from './pods-of-services.ts';
import { collectionPath, objectPath } from './resource-paths.ts';
import { endpointsOf, groupByPorts, type Service, type ServiceEndpoint } from './service-endpoints.ts';

/** Writes a Service's Endpoints from its pods (`pkg/controller/endpoint`); without a selector they are somebody else's. */
export function startEndpointsController(context: ControllerContext): Controller {
  const { client } = context;
  const services = context.informer('services');
  const pods = context.informer('pods');
  const endpoints = context.informer('endpoints');
  const { podsOf, servicesOf } = podsOfServices(pods, services);

  const sync = async (key: string) => {
    const { namespace, name } = partsOf(key);
    const service = services.get(namespace, name) as Service | undefined;
    const existing = endpoints.get(namespace, name);
    if (!service) {
      if (existing?.metadata.labels?.[managed] !== undefined)
        await removeQuietly(() => client.remove(path(namespace, name)));
      return;
    }
    if (!service.spec.selector || service.spec.type === 'ExternalName') return;
    const always = service.spec.publishNotReadyAddresses ?? false;
    const members = endpointsOf(service, podsOf(service)).filter(({ terminating }) => always || !terminating);
    const subsets = groupByPorts(members).map(subsetOf);
    const headless = service.spec.clusterIP === 'None' ? { 'service.kubernetes.io/headless': '' } : {};
    const labels = { ...service.metadata.labels, ...headless, [managed]: 'endpoint-controller' };
    const object = {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { name, namespace, labels },
      ...(subsets.length > 0 ? { subsets } : {}),
    };
    if (!existing) {
      await createQuietly(() => client.create(collectionPath('endpoints', namespace), object));
      return;
    }
    if (sameValue(existing.subsets ?? [], subsets) && sameValue(existing.metadata.labels ?? {}, labels)) return;
    const { resourceVersion } = existing.metadata;
    await client.replace(path(namespace, name), {
      ...object,
      metadata: { ...existing.metadata, labels, resourceVersion },
    });
  };

  return runController(context, {
    name: 'endpoints',
    needs: [endpoints],
    inputs: [
      { informer: services, keys: (service) => [keyOf(service)] },
      { informer: pods, keys: servicesOf },
      { informer: endpoints, keys: (object, { type }) => (type === 'modified' ? [] : [keyOf(object)]) },
    ],
    sync,
  });
}

const managed = 'endpoints.kubernetes.io/managed-by';
const path = (namespace: string, name: string) => objectPath('endpoints', { namespace, name });

// Made a moment ago and not in the cache yet: its arrival brings the key back.
async function createQuietly(create: () => Promise<unknown>): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (!answered(error, 409)) throw error;
  }
}

export async function removeQuietly(remove: () => Promise<void>): Promise<void> {
  try {
    await remove();
  } catch (error) {
    if (!answered(error, 404)) throw error;
  }
}

function subsetOf({ ports, members }: ReturnType<typeof groupByPorts>[number]) {
  const addressOf = ({ address, pod }: ServiceEndpoint) => ({
    ip: address,
    ...(pod.spec.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    targetRef: { kind: 'Pod', namespace: pod.metadata.namespace, name: pod.metadata.name, uid: pod.metadata.uid },
  });
  const ready = members.filter((member) => member.ready).map(addressOf);
  const notReady = members.filter((member) => !member.ready).map(addressOf);
  return {
    ...(ready.length > 0 ? { addresses: ready } : {}),
    ...(notReady.length > 0 ? { notReadyAddresses: notReady } : {}),
    ports: ports.map(({ name, ...port }) => (name ? { name, ...port } : port)),
  };
}
