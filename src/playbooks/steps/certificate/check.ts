import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { messageOf, Problem } from '../../../base/errors.ts';
import type { Finding } from '../../finding.ts';
import { type CertificateFacts, factsOf, isFor } from './facts.ts';

export interface Endpoint {
  host: string;
  port: number;
  /** The name that is asked for and must stand in the certificate. */
  name: string;
}

export interface Shown {
  certificate: X509Certificate;
  /** Why the chain is not trusted here; undefined when it is. */
  distrust: string | undefined;
}

const timeoutMs = 10_000;

/** `host`, `host:port` or `[::1]:443`, in parts. Throws `Problem`. */
export function endpointOf(text: string, name: string | undefined): Endpoint {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:/\s]+))(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3] ?? 443);
  if (!host || port < 1 || port > 65_535)
    throw new Problem(`\`${text}\` is no host with a port; write it like \`tars.example:443\``);
  return { host, port, name: name ?? host };
}

/** Asks an endpoint for its certificate; nothing else is sent. Throws `Problem` when there is none to be had. */
export async function shownBy({ host, port, name }: Endpoint, signal: AbortSignal): Promise<Shown> {
  const socket: TLSSocket = connect({
    host,
    port,
    // To look at what is wrong, it must be let through first; nothing is sent to it.
    rejectUnauthorized: false,
    ...(isIP(name) ? {} : { servername: name }),
  });
  const end = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    return await new Promise<Shown>((resolve, reject) => {
      end.addEventListener('abort', () => reject(end.reason), { once: true });
      socket.once('error', reject);
      socket.once('secureConnect', () => {
        const certificate = socket.getPeerX509Certificate();
        const error = socket.authorizationError as unknown;
        // Whether the name fits is a finding of its own.
        const code =
          error instanceof Error ? ((error as { code?: string }).code ?? error.message) : String(error ?? '');
        const distrust = code === '' || code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? undefined : code;
        if (certificate) resolve({ certificate, distrust });
        else reject(new Error('it shows no certificate'));
      });
    });
  } catch (error) {
    signal.throwIfAborted();
    const why =
      (error as { name?: string }).name === 'TimeoutError'
        ? `no answer within ${timeoutMs / 1000} s`
        : messageOf(error);
    throw new Problem(`${host}:${port} shows no certificate: ${why}`, {
      next: [`openssl s_client -connect ${host}:${port} -servername ${name}`],
      cause: error,
    });
  } finally {
    socket.destroy();
  }
}

/** What is right and wrong with what an endpoint shows. */
export function judge(
  { certificate, distrust }: Shown,
  { name }: Endpoint,
  { days, anyAuthority }: { days: number; anyAuthority: boolean },
): { findings: Finding[]; facts: CertificateFacts } {
  const facts = factsOf(certificate);
  const soon = facts.days < days;
  const expiry: Finding = {
    title: 'The certificate has not expired',
    level: facts.days < 0 ? 'fatal' : soon ? 'warning' : 'ok',
    expected: `valid for ${days} days or more`,
    observed: facts.days < 0 ? `it ended on ${facts.expires}` : `${facts.days} days, until ${facts.expires}`,
  };
  const named: Finding = {
    title: `The certificate is for ${name}`,
    level: isFor(certificate, name) ? 'ok' : 'fatal',
    expected: name,
    observed: facts.names.join(', ') || facts.subject,
  };
  const isExpired = distrust === 'CERT_HAS_EXPIRED';
  const trusted: Finding = {
    title: anyAuthority ? 'Any authority is good enough' : 'Its authority is known here',
    level: distrust === undefined || isExpired || anyAuthority ? 'ok' : 'fatal',
    expected: anyAuthority ? 'any authority' : 'an authority that this machine trusts',
    observed: distrust === undefined || isExpired ? facts.issuer : `${facts.issuer} (${distrust})`,
  };
  return { findings: [expiry, named, trusted], facts };
}
