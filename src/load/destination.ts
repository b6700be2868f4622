import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { exitCodes, messageOf, Problem } from '../base/errors.ts';

/** Where a load would go, after the name was resolved. */
export interface Destination {
  /** As it must be typed: host name or address, without the port. */
  host: string;
  addresses: string[];
  /** Every address is loopback: nothing leaves this machine. */
  local: boolean;
}

/** 127.0.0.0/8, ::1, and the former written as IPv6 (RFC 1122, RFC 4291). */
export function isLoopbackAddress(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  if (isIP(bare) === 4) return bare.startsWith('127.');
  if (isIP(bare) !== 6) return false;
  // The URL parser knows every way to write an IPv6 address and gives back the shortest.
  const shortest = new URL(`http://[${bare}]`).hostname;
  const mapped = /^\[::ffff:([0-9a-f]{1,4}):[0-9a-f]{1,4}\]$/.exec(shortest)?.[1];
  return shortest === '[::1]' || (mapped !== undefined && Number.parseInt(mapped, 16) >> 8 === 127);
}

/** Resolves a URL's host. Throws `Problem` for what is no http(s) URL and for a name that is not known. */
export async function resolveDestination(
  url: string,
  resolve: (host: string) => Promise<string[]> = resolveHost,
): Promise<Destination> {
  const { hostname } = parseTarget(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(host) ? [host] : await resolve(host);
  return { host, addresses, local: addresses.length > 0 && addresses.every(isLoopbackAddress) };
}

/** Throws `Problem` (wrong usage) for what is no http(s) URL. */
export function parseTarget(url: string): URL {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch (cause) {
    throw new Problem(`\`${url}\` is not a URL`, {
      next: ['Write it with its scheme: http://127.0.0.1:8000'],
      exitCode: exitCodes.usage,
      cause,
    });
  }
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:')
    throw new Problem(`A load goes to an http or https URL, not to ${parsed.protocol}//`, {
      exitCode: exitCodes.usage,
    });
  if (parsed.username || parsed.password)
    throw new Problem('Credentials do not belong into a URL', {
      next: ['Put them into a header of a scenario file.'],
      exitCode: exitCodes.usage,
    });
  return parsed;
}

/**
 * May this load start? A load that leaves this machine is an attack unless its target wants it, so the host must have been
 * typed by a person. Undefined: it may.
 */
export function destinationProblem(destination: Destination, typed: string | undefined): Problem | undefined {
  const { host, addresses, local } = destination;
  if (local) return undefined;
  if (typed?.trim().toLowerCase() === host.toLowerCase()) return undefined;
  const where = addresses.length > 0 && addresses[0] !== host ? `${host} (${addresses.join(', ')})` : host;
  return new Problem(
    typed === undefined
      ? `This load leaves this machine: it goes to ${where}`
      : `\`${typed}\` is not the host that this load goes to: ${where}`,
    { next: [`If that system is yours to load: --confirm-host ${host}`], exitCode: exitCodes.usage },
  );
}

async function resolveHost(host: string): Promise<string[]> {
  // RFC 6761: this name is this machine wherever the resolver would send it.
  if (/(^|\.)localhost\.?$/i.test(host)) return ['127.0.0.1'];
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (cause) {
    throw new Problem(`The name ${host} is not known here: ${messageOf(cause)}`, { cause });
  }
}
