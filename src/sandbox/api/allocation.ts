import { isIP } from 'node:net';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { invalid } from './errors.ts';
import { fill, isObject, type Json, listAt, numberAt, objectAt, textAt } from './json.ts';
import type { Resource } from './resources.ts';
import type { ServerContext } from './server-context.ts';
import { dropOfOldType } from './service-type.ts';

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
  if (current) dropOfOldType(object, current);
  if (textAt(spec, 'type') === 'ExternalName') return;
  const before = textAt(current, 'spec', 'clusterIP');
  const fault = addressFault(context, spec, object) ?? familyFault(spec);
  if (fault) throw invalid(resource, object.metadata.name, [{ type: 'FieldValueInvalid', ...fault }]);
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

interface Refusal {
  field: string;
  message: string;
}

/** 10.96.0.1 belongs to the API server and 10.96.0.10 to DNS, taken or not. */
const reserved = new Set(['10.96.0.1', '10.96.0.10']);

/** An address that was asked for and cannot be had (`pkg/registry/core/service/ipallocator`). */
function addressFault(context: ServerContext, spec: Json, object: KubernetesObject): Refusal | undefined {
  const wanted = textAt(spec, 'clusterIP');
  if (!isIP(wanted)) return undefined;
  const shown = JSON.stringify([wanted]);
  if (wanted.includes(':'))
    return { field: 'spec.clusterIPs[0]', message: `${shown}: IPv6 is not configured on this cluster` };
  const refuse = (why: string) => ({
    field: 'spec.clusterIPs',
    message: `${shown}: failed to allocate IP ${wanted}: ${why}`,
  });
  if (!/^10\.96\./.test(wanted) || wanted === '10.96.0.0' || wanted === '10.96.255.255')
    return refuse('the provided network does not match the current range');
  const isTaken = servicesOf(context).some(
    (one) => one.metadata.uid !== object.metadata.uid && textAt(one, 'spec', 'clusterIP') === wanted,
  );
  return isTaken ? refuse('provided IP is already allocated') : undefined;
}

/** There is one family of addresses (`pkg/registry/core/service/storage/alloc.go initIPFamilyFields`). */
function familyFault(spec: Json): Refusal | undefined {
  if (spec.clusterIP === 'None') return undefined;
  const [first, second] = listAt(spec, 'ipFamilies');
  if (first === 'IPv6') return { field: 'spec.ipFamilies[0]', message: '"IPv6": not configured on this cluster' };
  if (second !== undefined && textAt(spec, 'ipFamilyPolicy') === '')
    return {
      field: 'spec.ipFamilyPolicy',
      message:
        "\"SingleStack\": must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified",
    };
  if (spec.ipFamilyPolicy === 'RequireDualStack')
    return {
      field: 'spec.ipFamilyPolicy',
      message: '"RequireDualStack": this cluster is not configured for dual-stack services',
    };
  return undefined;
}

function freeAddress(context: ServerContext): string {
  const taken = new Set(servicesOf(context).map((service) => textAt(service, 'spec', 'clusterIP')));
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
    const why = wanted ? portFault(wanted, taken) : undefined;
    if (why) {
      const field = `spec.ports[${index}].nodePort`;
      const message = `${wanted}: ${why}`;
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

function portFault(wanted: number, taken: ReadonlySet<number | undefined>): string | undefined {
  if (wanted < nodePorts.first || wanted >= nodePorts.first + nodePorts.count)
    return 'provided port is not in the valid range. The range of valid ports is 30000-32767';
  return taken.has(wanted) ? 'provided port is already allocated' : undefined;
}

function freePort(taken: ReadonlySet<number | undefined>): number {
  const start = Math.floor(Math.random() * nodePorts.count);
  for (let step = 0; step < nodePorts.count; step += 1) {
    const port = nodePorts.first + ((start + step) % nodePorts.count);
    if (!taken.has(port)) return port;
  }
  throw new Error('failed to allocate a nodePort: range is full');
}
