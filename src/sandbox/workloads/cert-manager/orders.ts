import { messageOf } from '../../../base/errors.ts';
import { timestamp } from '../../../kubernetes/condition.ts';
import { numberOf } from './acme-server.ts';
import { faultFor } from './faults.ts';
import {
  type Authorization,
  type CertificateRequest,
  type Challenge,
  controllerReference,
  type Order,
  type OrderStatus,
} from './resources.ts';
import { namesOfRequest } from './signing.ts';
import { create, issuerOf, remove, setStatus, type World } from './world.ts';

/** The Order of a request: its name follows from the request, so that there is one only. */
export async function orderFor(request: CertificateRequest): Promise<Order> {
  const { name, namespace, annotations = {} } = request.metadata;
  const dnsNames = await namesOfRequest(Buffer.from(request.spec.request, 'base64').toString());
  const { issuerRef } = request.spec;
  const kept = Object.entries(annotations).filter(([key]) => key.startsWith('cert-manager.io/'));
  return {
    apiVersion: 'acme.cert-manager.io/v1',
    kind: 'Order',
    metadata: {
      name: `${name}-${numberOf([issuerRef.name, ...dnsNames].join())}`,
      ...(namespace ? { namespace } : {}),
      annotations: Object.fromEntries(kept),
      ownerReferences: [controllerReference(request)],
    },
    spec: { request: request.spec.request, issuerRef, dnsNames },
  };
}

/** Places an order with the ACME server, has its names proved by Challenges, and fetches the certificate. */
export async function reconcileOrder(world: World, order: Order): Promise<void> {
  const { state, authorizations = [] } = order.status ?? {};
  if (state === 'valid') return removeChallenges(world, order);
  if (state === 'invalid' || state === 'errored') return;
  const server = issuerOf(world, order.spec.issuerRef, order.metadata.namespace)?.spec.acme?.server;
  if (!server) return;
  if (!state) return place(world, order, server);
  const challenges = ownChallenges(world, order);
  for (const authorization of authorizations)
    if (!challenges.some(({ spec }) => spec.dnsName === authorization.identifier))
      await createChallenge(world, order, authorization);
  const wrong = challenges.find(({ status }) => status?.state === 'invalid');
  if (wrong) return end(world, order, 'invalid', '');
  const proved = challenges.filter((challenge) => challenge.status?.state === 'valid').length;
  if (proved < authorizations.length) return;
  const request = Buffer.from(order.spec.request, 'base64').toString();
  const { certificate, ca } = await world.acme.finalize(server, request);
  const chain = Buffer.from(certificate + ca).toString('base64');
  world.report(order, 'Normal', 'Complete', 'Order completed successfully');
  await setStatus(world, order, { ...order.status, state: 'valid', certificate: chain });
}

async function place(world: World, order: Order, server: string): Promise<void> {
  const hosts = order.spec.dnsNames ?? [];
  try {
    const url = world.acme.order(server, hosts, faultFor(world, order, hosts));
    const status: OrderStatus = {
      state: 'pending',
      url,
      finalizeURL: url.replace('/order/', '/finalize/'),
      authorizations: hosts.map((host) => authorizationFor(url, host)),
    };
    await setStatus(world, order, status);
  } catch (error) {
    await end(world, order, 'errored', `Failed to create Order: ${messageOf(error)}`);
  }
}

function authorizationFor(orderUrl: string, host: string): Authorization {
  const identifier = host.replace(/^\*\./, '');
  const number = numberOf(`${orderUrl}${host}`);
  const url = orderUrl.replace(/\/order\/.*/, `/authz/${number}`);
  const token = Buffer.from(`${number}-${identifier}-token-of-this-order`).toString('base64url').slice(0, 43);
  const challenge = { type: 'http-01', token, url: url.replace('/authz/', '/chall/') };
  return { url, identifier, wildcard: host !== identifier, initialState: 'pending', challenges: [challenge] };
}

async function createChallenge(world: World, order: Order, authorization: Authorization): Promise<void> {
  const issuer = issuerOf(world, order.spec.issuerRef, order.metadata.namespace);
  const offered = authorization.challenges.find(({ type }) => type === 'http-01');
  const solver = issuer?.spec.acme?.solvers?.find(({ http01 }) => http01 !== undefined);
  if (!offered || !solver || authorization.wildcard) {
    const dnsName = authorization.identifier;
    const why = authorization.wildcard ? 'wildcards need DNS-01' : 'no configured challenge solvers can be used for it';
    return end(world, order, 'errored', `Failed to determine a list of challenges for "${dnsName}": ${why}`);
  }
  const { namespace, name: orderName } = order.metadata;
  const name = `${orderName}-${numberOf(authorization.url)}`;
  const challenge: Challenge = {
    apiVersion: 'acme.cert-manager.io/v1',
    kind: 'Challenge',
    metadata: { name, ...(namespace ? { namespace } : {}), ownerReferences: [controllerReference(order)] },
    spec: {
      url: offered.url,
      authorizationURL: authorization.url,
      dnsName: authorization.identifier,
      type: 'HTTP-01',
      token: offered.token,
      key: `${offered.token}.${numberOf(offered.token)}`,
      wildcard: false,
      solver,
      issuerRef: order.spec.issuerRef,
    },
  };
  await create(world, challenge);
  const message = `Created Challenge resource "${name}" for domain "${authorization.identifier}"`;
  world.report(order, 'Normal', 'Created', message);
}

async function end(world: World, order: Order, state: 'invalid' | 'errored', reason: string): Promise<void> {
  const status = { ...order.status, state, ...(reason ? { reason } : {}), failureTime: timestamp(world.now()) };
  await setStatus(world, order, status);
}

function ownChallenges(world: World, { metadata }: Order): Challenge[] {
  return world
    .all<Challenge>('Challenge')
    .filter((one) => one.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid));
}

/** Those of an order that failed stay, so that what they say can be read. */
async function removeChallenges(world: World, order: Order): Promise<void> {
  for (const challenge of ownChallenges(world, order)) await remove(world, challenge);
}
