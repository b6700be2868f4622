import type { X509Certificate } from 'node:crypto';
import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { whyNoAnswer } from '../../base/no-answer.ts';
import type { AccessAnswer, AccessUrl, CertificateSeen } from './access-point.ts';

const timeoutMs = 5000;

/**
 * Sends one GET to an address under the name that stands in the URL, as a browser with the right hosts line would. Follows no
 * redirect, sends nothing secret, and accepts any certificate: what is wrong with it is told. Never throws but for the signal.
 */
export async function probeUrl({ url, address, port }: AccessUrl, signal: AbortSignal): Promise<AccessAnswer> {
  const { protocol, hostname, host, pathname, search } = new URL(url);
  const secure = protocol === 'https:';
  const startedAt = performance.now();
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const options = {
        host: address.replace(/^\[|\]$/g, ''),
        port,
        path: `${pathname}${search}`,
        headers: { host, 'user-agent': 'tars-console', accept: '*/*' },
        // One connection for one request: each look asks anew how things are.
        agent: false,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      };
      const asked = secure
        ? secureRequest({ ...options, rejectUnauthorized: false, servername: isAddress(hostname) ? '' : hostname })
        : plainRequest(options);
      asked.on('response', resolve).on('error', reject).end();
    });
    const certificate = secure ? certificateOf(answer.socket as TLSSocket, hostname) : undefined;
    const { location } = answer.headers;
    answer.destroy();
    return {
      reached: true,
      status: answer.statusCode ?? 0,
      ms: Math.round(performance.now() - startedAt),
      ...(location === undefined ? {} : { location }),
      ...(certificate ? { certificate } : {}),
    };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return { reached: false, reason: reasonOf(error) };
  }
}

function isAddress(hostname: string): boolean {
  return hostname.startsWith('[') || /^\d+(\.\d+){3}$/.test(hostname);
}

function certificateOf(socket: TLSSocket, host: string): CertificateSeen | undefined {
  const seen = socket.getPeerX509Certificate();
  if (!seen) return undefined;
  const expires = new Date(seen.validTo);
  return {
    subject: oneLine(seen.subject),
    issuer: oneLine(seen.issuer),
    expires: expires.toISOString(),
    days: Math.floor((expires.getTime() - Date.now()) / 86_400_000),
    selfSigned: isSelfSigned(seen),
    trusted: socket.authorized,
    forHost: (isAddress(host) ? seen.checkIP(host.replace(/^\[|\]$/g, '')) : seen.checkHost(host)) !== undefined,
  };
}

function isSelfSigned(certificate: X509Certificate): boolean {
  return certificate.subject === certificate.issuer && certificate.checkIssued(certificate);
}

function oneLine(name: string | undefined): string {
  return (name ?? '').split('\n').join(', ');
}

function reasonOf(error: unknown): string {
  const { name } = error as { name?: string };
  if (name === 'TimeoutError' || name === 'AbortError') return `no answer within ${timeoutMs / 1000} s`;
  return whyNoAnswer(error);
}
