import { X509Certificate } from 'node:crypto';
import { applyObject } from '../../../cluster/apply.ts';
import { getObject } from '../../../cluster/objects.ts';
import type { PreviewContext, StepContext } from '../../step-kind.ts';
import { type CertificateFacts, factsOf, isFor } from './facts.ts';
import { makeCertificate } from './make.ts';

export interface WantedCertificate {
  secret: string;
  hosts: string[];
  /** How long a new one is valid. */
  days: number;
  /** It is renewed when it is valid for fewer days than these. */
  renew: number;
  authority: string;
  /** True: one of another authority will not do. */
  ofAuthority: boolean;
}

export interface CertificateState {
  existed: boolean;
  facts: CertificateFacts | undefined;
  /** Why a new one is to be made; undefined when the present one is good. */
  reason: string | undefined;
}

/** What the Secret holds, and whether it will do. */
export async function stateOf(
  wanted: WantedCertificate,
  { connection, namespace, signal }: Pick<PreviewContext, 'connection' | 'namespace' | 'signal'>,
): Promise<CertificateState> {
  const ref = { apiVersion: 'v1', kind: 'Secret', name: wanted.secret, namespace };
  const live = await getObject(connection, ref, signal);
  if (!live) return { existed: false, facts: undefined, reason: 'there is none' };
  const data = (live.data ?? {}) as Record<string, string>;
  const certificate = parsed(data['tls.crt']);
  if (!certificate || !data['tls.key'])
    return { existed: true, facts: undefined, reason: 'the Secret holds no certificate' };
  const facts = factsOf(certificate);
  const missing = wanted.hosts.filter((host) => !isFor(certificate, host));
  if (missing.length > 0) return { existed: true, facts, reason: `it is not for ${missing.join(', ')}` };
  const other = wanted.ofAuthority && facts.issuer !== `CN=${wanted.authority}`;
  if (other) return { existed: true, facts, reason: `it is of ${facts.issuer}` };
  const isOld = facts.days < wanted.renew;
  return { existed: true, facts, reason: isOld ? `it ends in ${facts.days} days, on ${facts.expires}` : undefined };
}

/** Makes a new certificate and puts it into the Secret; its key passes memory and the API server only. */
export async function putCertificate(wanted: WantedCertificate, context: StepContext): Promise<CertificateFacts> {
  const { connection, system, signal, namespace } = context;
  const made = await makeCertificate(wanted.hosts, wanted.days, wanted.authority);
  context.hide(made.key);
  const encode = (text: string) => Buffer.from(text).toString('base64');
  const data = { 'tls.crt': encode(made.certificate), 'tls.key': encode(made.key), 'ca.crt': encode(made.authority) };
  const metadata = { name: wanted.secret, namespace };
  const object = { apiVersion: 'v1', kind: 'Secret', metadata, type: 'kubernetes.io/tls', data };
  await applyObject(connection, object, { system, signal, force: true });
  return factsOf(new X509Certificate(made.certificate));
}

function parsed(base64: string | undefined): X509Certificate | undefined {
  try {
    return new X509Certificate(Buffer.from(base64 ?? '', 'base64'));
  } catch {
    return undefined;
  }
}
