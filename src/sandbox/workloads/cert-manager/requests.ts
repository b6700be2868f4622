import { messageOf } from '../../../base/errors.ts';
import { type Condition, conditionOf, isTrue, timestamp } from '../../../kubernetes/condition.ts';
import { orderFor } from './orders.ts';
import { type CertificateRequest, durationMs, type Issuer, type Order } from './resources.ts';
import { sign } from './signing.ts';
import { conditionsWith, issuerOf, secretNamespace, secretOf, setStatus, type World } from './world.ts';

const keyAnnotation = 'cert-manager.io/private-key-secret-name';
const failureStates = ['invalid', 'errored', 'expired'];

/** Approves a request and has it signed by its issuer. */
export async function reconcileRequest(world: World, request: CertificateRequest): Promise<void> {
  const { status = {} } = request;
  const ready = conditionOf(status.conditions, 'Ready');
  if (ready?.status === 'True' || ready?.reason === 'Failed' || ready?.reason === 'Denied') return;
  if (!isTrue(status.conditions, 'Approved')) return approve(world, request);
  const { kind = 'Issuer', name, group = 'cert-manager.io' } = request.spec.issuerRef;
  if (group !== 'cert-manager.io') return;
  const issuer = issuerOf(world, request.spec.issuerRef, request.metadata.namespace);
  if (!issuer) {
    const resource = `${kind.toLowerCase()}.${group}`;
    return pending(world, request, `Referenced "${kind}" not found: ${resource} "${name}" not found`);
  }
  if (!isTrue(issuer.status?.conditions, 'Ready'))
    return pending(world, request, 'Referenced issuer does not have a Ready status condition');
  try {
    if (issuer.spec.acme) await followOrder(world, request);
    else await signHere(world, request, issuer);
  } catch (error) {
    await failed(world, request, `Error signing certificate: ${messageOf(error)}`);
  }
}

async function approve(world: World, request: CertificateRequest): Promise<void> {
  const message = 'Certificate request has been approved by cert-manager.io';
  const approved = { type: 'Approved', status: 'True' as const, reason: 'cert-manager.io', message };
  await change(world, request, approved);
  world.report(request, 'Normal', 'cert-manager.io', message);
}

async function followOrder(world: World, request: CertificateRequest): Promise<void> {
  const wanted = await orderFor(request);
  const { namespace = '', name } = wanted.metadata;
  const order = world.find<Order>('Order', namespace, name);
  if (!order) {
    await world.client.create(`/apis/acme.cert-manager.io/v1/namespaces/${namespace}/orders`, wanted);
    const message = `Created Order resource ${namespace}/${name}`;
    world.report(request, 'Normal', 'OrderCreated', message);
    return pending(world, request, message);
  }
  const { state = '', reason = '', certificate } = order.status ?? {};
  if (failureStates.includes(state))
    return failed(
      world,
      request,
      `Failed to wait for order resource "${name}" to become ready: order is in "${state}" state: ${reason}`,
    );
  if (state === 'valid' && certificate) return issued(world, request, certificate, undefined);
  return pending(world, request, `Waiting on certificate issuance from order ${namespace}/${name}: "${state}"`);
}

async function signHere(world: World, request: CertificateRequest, issuer: Issuer): Promise<void> {
  const { namespace, annotations } = request.metadata;
  const isSelf = issuer.spec.selfSigned !== undefined;
  const [where, name] = isSelf
    ? [namespace, annotations?.[keyAnnotation] ?? '']
    : [secretNamespace(world, issuer), issuer.spec.ca?.secretName ?? ''];
  const secret = secretOf(world, where, name);
  if (!secret) return pending(world, request, `Referenced Secret ${where}/${name} not found`);
  const pem = (key: string) => Buffer.from(secret.data?.[key] ?? '', 'base64').toString();
  const [now, lasts] = [world.now(), durationMs(request.spec.duration, 90 * 86_400_000)];
  const certificate = await sign({
    request: Buffer.from(request.spec.request, 'base64').toString(),
    notBefore: new Date(now),
    notAfter: new Date(now + lasts),
    isCA: request.spec.isCA,
    by: isSelf ? { key: pem('tls.key') } : { certificate: pem('tls.crt'), key: pem('tls.key') },
  });
  const encoded = Buffer.from(certificate).toString('base64');
  await issued(world, request, encoded, isSelf ? encoded : secret.data?.['tls.crt']);
}

async function issued(world: World, request: CertificateRequest, certificate: string, ca: string | undefined) {
  const message = 'Certificate fetched from issuer successfully';
  const more = { certificate, ...(ca ? { ca } : {}) };
  await change(world, request, { type: 'Ready', status: 'True', reason: 'Issued', message }, more);
  world.report(request, 'Normal', 'CertificateIssued', message);
}

async function pending(world: World, request: CertificateRequest, message: string): Promise<void> {
  await change(world, request, { type: 'Ready', status: 'False', reason: 'Pending', message });
}

async function failed(world: World, request: CertificateRequest, message: string): Promise<void> {
  const more = { failureTime: timestamp(world.now()) };
  await change(world, request, { type: 'Ready', status: 'False', reason: 'Failed', message }, more);
  world.report(request, 'Warning', 'Failed', message);
}

async function change(
  world: World,
  request: CertificateRequest,
  condition: Pick<Condition, 'type' | 'status' | 'reason' | 'message'>,
  more: object = {},
): Promise<void> {
  const { observedGeneration: _, ...plain } = condition as Condition;
  const all = conditionsWith(world, request, request.status?.conditions, plain);
  // Requests are never changed, and their conditions name no generation.
  const conditions = all.map(({ observedGeneration: __, ...one }) => one);
  await setStatus(world, request, { ...request.status, ...more, conditions });
}
