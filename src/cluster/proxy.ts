/**
 * The proxy for a URL by HTTPS_PROXY, HTTP_PROXY and NO_PROXY, as Go's `x/net/http/httpproxy` reads them and so kubectl
 * does: loopback is never proxied, NO_PROXY holds hosts, `.suffix` and IPv4 CIDR, `*` stands for all.
 */
export function proxyFor(server: string, env: NodeJS.ProcessEnv): string | undefined {
  let url: URL;
  try {
    url = new URL(server);
  } catch {
    return undefined;
  }
  const proxy = url.protocol === 'https:' ? (env.HTTPS_PROXY ?? env.https_proxy) : (env.HTTP_PROXY ?? env.http_proxy);
  if (!proxy) return undefined;
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)) return undefined;
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const exceptions = (env.NO_PROXY ?? env.no_proxy ?? '').split(',');
  if (exceptions.some((exception) => excepts(exception.trim().toLowerCase(), host, port))) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

function excepts(exception: string, host: string, port: string): boolean {
  if (exception === '') return false;
  if (exception === '*') return true;
  if (exception.includes('/')) return inNetwork(exception, host);
  const [name = '', onlyPort] = /^[^:]+:\d+$/.test(exception) ? exception.split(':') : [exception];
  if (onlyPort !== undefined && onlyPort !== port) return false;
  const bare = name.replace(/^\*?\./, '');
  return (host === bare && !name.startsWith('.')) || host.endsWith(`.${bare}`);
}

function inNetwork(cidr: string, host: string): boolean {
  const [network = '', bits = '32'] = cidr.split('/');
  const [a, b] = [ipv4(network), ipv4(host)];
  if (a === undefined || b === undefined) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(a / size) === Math.floor(b / size);
}

function ipv4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}
