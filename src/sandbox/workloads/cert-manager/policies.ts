import { conditionOf } from '../../../kubernetes/condition.ts';
import { type Certificate, type CertificateRequest, durationMs, type Secret } from './resources.ts';
import { readCertificate } from './signing.ts';

/** Why a certificate is issued again: cert-manager’s reason and its sentence. */
export interface Violation {
  reason: string;
  message: string;
}

/** The certificate that a Secret holds. */
export type Held = NonNullable<ReturnType<typeof readCertificate>>;

export const issuerNameAnnotation = 'cert-manager.io/issuer-name';
export const issuerKindAnnotation = 'cert-manager.io/issuer-kind';

/** The certificate of a Secret, if key and certificate fit. */
export function heldBy(secret: Secret | undefined): Held | undefined {
  const pem = (key: string) => Buffer.from(secret?.data?.[key] ?? '', 'base64').toString();
  return readCertificate(pem('tls.crt'), pem('tls.key'));
}

/** What is wrong with a Certificate's Secret, in cert-manager's words; undefined when it is as it should be. */
export function violationOf(certificate: Certificate, secret: Secret | undefined, now: number): Violation | undefined {
  const wrong = (reason: string, why: string) => ({ reason, message: `Issuing certificate as ${why}` });
  if (!secret) return wrong('DoesNotExist', 'Secret does not exist');
  const { data = {}, metadata } = secret;
  if (!data['tls.key']) return wrong('MissingData', 'Secret does not contain a private key');
  if (!data['tls.crt']) return wrong('MissingData', 'Secret does not contain a certificate');
  const held = heldBy(secret);
  if (!held) return wrong('InvalidKeyPair', 'Secret contains an invalid key-pair: the private key does not match');
  const { [issuerNameAnnotation]: name = '', [issuerKindAnnotation]: kind = '' } = metadata.annotations ?? {};
  const { issuerRef } = certificate.spec;
  if (name !== issuerRef.name || kind !== (issuerRef.kind ?? 'Issuer'))
    return wrong('IncorrectIssuer', `Secret was previously issued by "${kind}.cert-manager.io/${name}"`);
  if (!sameNames(held.names, certificate.spec.dnsNames ?? []))
    return wrong('SecretMismatch', 'Existing issued Secret is not up to date for spec: [spec.dnsNames]');
  const expiry = held.notAfter.toUTCString();
  if (held.notAfter.getTime() <= now) return { reason: 'Expired', message: `Certificate expired on ${expiry}` };
  return undefined;
}

/** When a certificate is due to be renewed, ms since 1970: a third of its life before its end, unless said. */
export function renewalTime({ spec }: Certificate, { notBefore, notAfter }: Held): number {
  const life = notAfter.getTime() - notBefore.getTime();
  return notAfter.getTime() - durationMs(spec.renewBefore, life / 3);
}

/** Whether a request asks for what the Certificate wants now. */
export function requestFits({ spec }: Certificate, request: CertificateRequest, names: readonly string[]): boolean {
  const { issuerRef } = request.spec;
  const kind = (ref: { kind?: string }) => ref.kind ?? 'Issuer';
  return (
    issuerRef.name === spec.issuerRef.name &&
    kind(issuerRef) === kind(spec.issuerRef) &&
    sameNames(names, spec.dnsNames ?? [])
  );
}

const firstPauseMs = 3_600_000;
const longestPauseMs = 32 * 3_600_000;

/** How long a Certificate that failed is left alone from now on, ms: an hour, then twice as long each time. */
export function pauseLeft({ status = {} }: Certificate, now: number): number {
  const { lastFailureTime, failedIssuanceAttempts = 1, conditions } = status;
  if (!lastFailureTime || conditionOf(conditions, 'Issuing')?.status === 'True') return 0;
  const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** (failedIssuanceAttempts - 1));
  return Math.max(0, Date.parse(lastFailureTime) + pause - now);
}

function sameNames(left: readonly string[], right: readonly string[]): boolean {
  return [...left].sort().join() === [...right].sort().join();
}
