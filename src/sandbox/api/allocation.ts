import type { KubernetesObject } from '../../kubernetes/object.ts';
import { invalid } from './errors.ts';
import { fill, isObject, listAt, numberAt, objectAt, textAt } from './json.ts';
import type { Resource } from './resources.ts';
import type { ServerContext } from './server-context.ts';

const nodePorts = { first: 30_000, count: 2768 };

/**
 * Gives a Service its cluster IP out of 10.96.0.0/16 and node ports out of 30000–32767
 * (`pkg/registry/core/service/storage/alloc.go`). Does nothing to other kinds.
 */
export function allocate(
  context: ServerContext,
  resource: Resource,
  object: KubernetesObject,
  current?: KubernetesObject,
): void {
  if (resource.storage !== '/services') return;
  const spec = objectAt(object, 'spec');
  if (textAt(spec, 'type') === 'ExternalName') return;
  const before = textAt(current, 'spec', 'clusterIP');
  if (textAt(spec, 'clusterIP') === '') spec.clusterIP = before === '' ? freeAddress(context) : before;
  spec.clusterIPs = [spec.clusterIP];
  // Without a selector a headless Service may have endpoints of both families (`storage/alloc.go`).
  const isBoth = spec.clusterIP === 'None' && spec.selector === undefined;
  fill(spec, 'ipFamilies', isBoth ? ['IPv4', 'IPv6'] : ['IPv4']);
  fill(spec, 'ipFamilyPolicy', isBoth ? 'RequireDualStack' : 'SingleStack');
  if (spec.type === 'NodePort' || spec.type === 'LoadBalancer') allocateNodePorts(context, resource, object, current);
}

function servicesOf({ store }: ServerContext): readonly KubernetesObject[] {
  return store.list('/services');
}

function freeAddress(context: ServerContext): string {
  const taken = new Set(servicesOf(context).map((service) => textAt(service, 'spec', 'clusterIP')));
  // 10.96.0.1 belongs to the API server and 10.96.0.10 to DNS, taken or not.
  const reserved = new Set(['10.96.0.1', '10.96.0.10']);
  for (let tries = 0; tries < 65_000; tries += 1) {
    const number = 256 + Math.floor(Math.random() * 65_000);
    const address = `10.96.${number >> 8}.${number & 255}`;
    if (!taken.has(address) && !reserved.has(address) && (number & 255) !== 0 && (number & 255) !== 255) return address;
  }
  throw new Error('failed to allocate IP: range is full');
}

function allocateNodePorts(
  context: ServerContext,
  resource: Resource,
  object: KubernetesObject,
  current: KubernetesObject | undefined,
): void {
  const others = servicesOf(context).filter((service) => service.metadata.uid !== object.metadata.uid);
  const taken = new Set(
    others.flatMap((service) => listAt(service, 'spec', 'ports').map((port) => numberAt(port, 'nodePort'))),
  );
  const before = listAt(current, 'spec', 'ports').filter(isObject);
  for (const [index, port] of listAt(object, 'spec', 'ports').filter(isObject).entries()) {
    const wanted = numberAt(port, 'nodePort');
    if (wanted && taken.has(wanted)) {
      const field = `spec.ports[${index}].nodePort`;
      const message = `${wanted}: provided port is already allocated`;
      throw invalid(resource, object.metadata.name, [{ type: 'FieldValueInvalid', field, message }]);
    }
    const same = before.find((one) => one.port === port.port && one.protocol === port.protocol);
    const chosen = wanted ?? numberAt(same, 'nodePort') ?? freePort(taken);
    port.nodePort = chosen;
    taken.add(chosen);
  }
  const spec = objectAt(object, 'spec');
  if (spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local')
    fill(spec, 'healthCheckNodePort', numberAt(current, 'spec', 'healthCheckNodePort') ?? freePort(taken));
}

function freePort(taken: ReadonlySet<number | undefined>): number {
  const start = Math.floor(Math.random() * nodePorts.count);
  for (let step = 0; step < nodePorts.count; step += 1) {
    const port = nodePorts.first + ((start + step) % nodePorts.count);
    if (!taken.has(port)) return port;
  }
  throw new Error('failed to allocate a nodePort: range is full');
}
