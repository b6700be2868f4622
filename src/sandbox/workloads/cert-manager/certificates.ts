import { type Condition, conditionOf, timestamp, withoutCondition } from '../../../kubernetes/condition.ts';
import { issue } from './issuing.ts';
import { type Held, heldBy, pauseLeft, renewalTime, requestFits, type Violation, violationOf } from './policies.ts';
import type { Certificate, CertificateRequest, CertificateStatus } from './resources.ts';
import { namesOfRequest } from './signing.ts';
import { conditionsWith, secretOf, setStatus, type World } from './world.ts';

/** Says how a Certificate is, begins to issue one where that is due, and goes on with what was begun. */
export async function reconcileCertificate(world: World, certificate: Certificate): Promise<void> {
  const { status = {}, spec, metadata } = certificate;
  const secret = secretOf(world, metadata.namespace, spec.secretName);
  const violation = violationOf(certificate, secret, world.now());
  const held = violation === undefined || violation.reason === 'Expired' ? heldBy(secret) : undefined;
  const readiness: CertificateStatus = { ...withoutTimes(status), ...(held ? timesOf(certificate, held) : {}) };
  readiness.conditions = conditionsWith(world, certificate, status.conditions, readyCondition(violation));
  if (conditionOf(status.conditions, 'Issuing')?.status === 'True')
    return issue(world, { ...certificate, status: readiness }, certificate);
  const due = violation ?? renewal(world, certificate, held);
  const begins = due !== undefined && (await mayBegin(world, certificate));
  if (due && begins) {
    world.report(certificate, 'Normal', 'Issuing', due.message);
    const issuing = { type: 'Issuing', status: 'True' as const, ...due };
    readiness.conditions = conditionsWith(world, certificate, readiness.conditions, issuing);
  } else if (!due) readiness.conditions = withoutFailure(readiness.conditions);
  await setStatus(world, certificate, readiness);
}

function readyCondition(violation: Violation | undefined): Pick<Condition, 'type' | 'status' | 'reason' | 'message'> {
  if (violation) return { type: 'Ready', status: 'False', ...violation };
  return { type: 'Ready', status: 'True', reason: 'Ready', message: 'Certificate is up to date and has not expired' };
}

function timesOf(certificate: Certificate, held: Held) {
  return {
    notBefore: timestamp(held.notBefore.getTime()),
    notAfter: timestamp(held.notAfter.getTime()),
    renewalTime: timestamp(renewalTime(certificate, held)),
  };
}

function withoutTimes({ notBefore: _, notAfter: __, renewalTime: ___, ...rest }: CertificateStatus): CertificateStatus {
  return rest;
}

function withoutFailure(conditions: readonly Condition[] | undefined): Condition[] {
  return withoutCondition(conditions, 'Issuing');
}

function renewal(world: World, certificate: Certificate, held: Held | undefined): Violation | undefined {
  if (!held) return undefined;
  const at = renewalTime(certificate, held);
  if (at > world.now()) {
    world.again(Math.min(at - world.now(), 3_600_000));
    return undefined;
  }
  return { reason: 'Renewing', message: `Renewing certificate as renewal was scheduled at ${timestamp(at)}` };
}

/** After a failure only when the pause is over, or something else is wanted than what failed. */
async function mayBegin(world: World, certificate: Certificate): Promise<boolean> {
  const left = pauseLeft(certificate, world.now());
  if (left === 0) return true;
  const { metadata, status = {} } = certificate;
  const name = `${metadata.name}-${(status.revision ?? 0) + 1}`;
  const request = world.find<CertificateRequest>('CertificateRequest', metadata.namespace, name);
  const names = request ? await namesOfRequest(Buffer.from(request.spec.request, 'base64').toString()) : [];
  if (request && !requestFits(certificate, request, names)) return true;
  world.again(left);
  return false;
}
