import { BlockList, isIP } from 'node:net';

/**
 * The proxy for a URL by HTTPS_PROXY, HTTP_PROXY and NO_PROXY, as Go's `x/net/http/httpproxy` reads them and so kubectl
 * does: loopback is never proxied, NO_PROXY holds hosts, `.suffix`, addresses and networks, `*` stands for all; what is set to nothing is not set.
 */
export function proxyFor(server: string, env: NodeJS.ProcessEnv): string | undefined {
  let url: URL;
  try {
    url = new URL(server);
  } catch {
    return undefined;
  }
  const proxy = url.protocol === 'https:' ? env.HTTPS_PROXY || env.https_proxy : env.HTTP_PROXY || env.http_proxy;
  if (!proxy) return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)) return undefined;
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const exceptions = (env.NO_PROXY || env.no_proxy || '').split(',');
  if (exceptions.some((exception) => excepts(exception.trim().toLowerCase(), host, port))) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

/** As `x/net/http/httpproxy`: `name` is the host and what is below it, `.name` and `*.name` only what is below. */
function excepts(exception: string, host: string, port: string): boolean {
  if (exception === '') return false;
  if (exception === '*') return true;
  if (exception.includes('/')) return inNetwork(exception, host);
  const [, inBrackets, bare, onlyPort] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(exception) ?? [];
  const name = inBrackets ?? bare ?? exception;
  if (onlyPort !== undefined && onlyPort !== port) return false;
  if (isIP(name)) return isIP(host) > 0 && sameAddress(name, host);
  const suffix = name.startsWith('*.') ? name.slice(1) : name;
  if (suffix.startsWith('.')) return host.endsWith(suffix);
  return host === suffix || host.endsWith(`.${suffix}`);
}

function inNetwork(cidr: string, host: string): boolean {
  const [network = '', bits = ''] = cidr.split('/');
  const family = isIP(network);
  if (family === 0 || isIP(host) !== family || !/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128))
    return false;
  const list = new BlockList();
  const type = family === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(network, Number(bits), type);
  return list.check(host, type);
}

function sameAddress(one: string, other: string): boolean {
  const family = isIP(one);
  return family === isIP(other) && inNetwork(`${one}/${family === 4 ? 32 : 128}`, other);
}
