import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Connection } from '../connection.ts';
import { getObject, listObjects } from '../objects.ts';
import type { AccessAnswer, AccessHost, AccessPlace, AccessPoint, AccessUrl, WantedAccess } from './access-point.ts';
import { lookAtCredentials } from './credentials.ts';
import { ingressPlace } from './ingress-place.ts';
import { probeUrl } from './probe-url.ts';
import { hasNodePort, servicePlace } from './service-place.ts';

/** What a test puts in the place of this machine. */
export interface AccessSurroundings {
  /** Addresses of a name as programs of this machine see them, /etc/hosts included; empty when it is not known. */
  resolve(name: string): Promise<string[]>;
  probe(url: AccessUrl, signal: AbortSignal): Promise<AccessAnswer>;
}

const thisMachine: AccessSurroundings = { resolve, probe: probeUrl };

/** Looks up and tries every way into a system. Throws `KubernetesError` and `Problem` where the cluster cannot be asked. */
export async function collectAccess(
  connection: Connection,
  { namespace, access }: { namespace: string; access: readonly WantedAccess[] },
  signal: AbortSignal,
  surroundings: AccessSurroundings = thisMachine,
): Promise<AccessPoint[]> {
  return Promise.all(
    access.map(async (wanted) => {
      const own = wanted.namespace ?? namespace;
      const { credentials } = wanted;
      const place = await placeOf(connection, own, wanted, signal);
      const [point, seen] = await Promise.all([
        describe(wanted, inNamespace(place, wanted.namespace), surroundings, signal),
        credentials && lookAtCredentials(connection, credentials, own, signal),
      ]);
      return { ...point, ...(seen ? { credentials: seen } : {}) };
    }),
  );
}

/** A place that is not where the system is says so, also to a port-forward. */
function inNamespace(place: AccessPlace, namespace: string | undefined): AccessPlace {
  if (namespace === undefined) return place;
  const { forward, object } = place;
  return { ...place, object: `${object} in ${namespace}`, forward: forward && { ...forward, namespace } };
}

async function placeOf(
  connection: Connection,
  namespace: string,
  wanted: WantedAccess,
  signal: AbortSignal,
): Promise<AccessPlace> {
  if (wanted.ingress !== undefined) {
    const ref = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', namespace, name: wanted.ingress };
    return ingressPlace(wanted, await getObject(connection, ref, signal));
  }
  const [name = ''] = (wanted.service ?? '').split(':');
  const service = await getObject(connection, { apiVersion: 'v1', kind: 'Service', namespace, name }, signal);
  const node = hasNodePort(service) ? await nodeAddress(connection, signal) : undefined;
  return servicePlace(wanted, service, node);
}

/** An address of a ready node: one that is reachable from outside before an inner one. Undefined where nodes may not be seen. */
async function nodeAddress(connection: Connection, signal: AbortSignal): Promise<string | undefined> {
  const nodes = await listObjects(connection, { apiVersion: 'v1', kind: 'Node' }, signal).catch(
    (): KubernetesObject[] => [],
  );
  const addresses = nodes.flatMap(
    ({ status }) => (status as { addresses?: { type: string; address: string }[] } | undefined)?.addresses ?? [],
  );
  const of = (type: string) => addresses.find((one) => one.type === type)?.address;
  return of('ExternalIP') ?? of('InternalIP');
}

async function describe(
  { title, path }: WantedAccess,
  place: AccessPlace,
  { resolve: resolveName, probe }: AccessSurroundings,
  signal: AbortSignal,
): Promise<AccessPoint> {
  const urls = place.urls.filter(({ url }) => URL.canParse(url));
  const [first] = urls;
  const ips = (await Promise.all(place.addresses.map((one) => (isIP(one) ? [one] : resolveName(one))))).flat();
  const [names, answer] = await Promise.all([
    Promise.all(place.hosts.map((name) => hostOf(name, ips, resolveName))),
    first ? probe(first, signal) : undefined,
  ]);
  const writable = names.filter(({ name }) => !name.startsWith('*'));
  const hostsLine = ips[0] && writable.length > 0 ? [ips[0], ...writable.map(({ name }) => name)].join(' ') : undefined;
  return {
    ...place,
    title,
    path,
    hosts: names,
    hostsLine,
    urls: urls.map(({ url }) => new URL(url).href),
    curl: first && curlOf(first, ips[0] ?? first.address, answer),
    answer,
  };
}

async function hostOf(
  name: string,
  ips: readonly string[],
  resolveName: AccessSurroundings['resolve'],
): Promise<AccessHost> {
  if (name.startsWith('*')) return { name, resolves: [], right: false };
  const resolves = await resolveName(name);
  return { name, resolves, right: resolves.some((one) => ips.includes(one)) };
}

/** `--resolve` says where the name is, without a line in /etc/hosts. */
function curlOf({ url, port }: AccessUrl, ip: string, answer: AccessAnswer | undefined): string {
  const { hostname, protocol } = new URL(url);
  const untrusted = answer?.reached && answer.certificate && !answer.certificate.trusted;
  const insecure = protocol === 'https:' && untrusted ? ' -k' : '';
  const named = isIP(hostname.replace(/^\[|\]$/g, '')) === 0 && hostname !== 'localhost';
  const at = named ? ` --resolve ${asWord(`${hostname}:${port}:${ip}`)}` : '';
  return `curl -i${insecure}${at} ${asWord(new URL(url).href)}`;
}

async function resolve(name: string): Promise<string[]> {
  const late = new Promise<string[]>((done) => setTimeout(done, 3000, []).unref());
  const found = lookup(name, { all: true }).then(
    (all) => all.map(({ address }) => address),
    () => [],
  );
  return Promise.race([found, late]);
}

/** What else a shell would read in it is quoted: paths stand in files that somebody else may have written. */
function asWord(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
