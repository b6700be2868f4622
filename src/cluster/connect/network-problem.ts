import { messageOf, Problem } from '../../base/errors.ts';
import type { ConnectionInfo } from '../connection.ts';

/** Why there was no answer, as one sentence and what to do. */
export function networkProblem(error: unknown, info: ConnectionInfo): Problem {
  if (error instanceof Problem) return error;
  const code = codeOf(error);
  const { host, port } = addressOf(info.server);
  const say = (message: string, ...next: string[]) =>
    new Problem(message, { where: `context ${info.context}, ${info.server}`, next, cause: error });
  if (info.sandbox && ['ECONNREFUSED', 'ECONNRESET', 'EPIPE'].includes(code))
    return say('The sandbox does not answer; it has ended', 'Start it again: any command with --sandbox does');
  switch (code) {
    case 'ECONNREFUSED':
      return say(
        `Nothing listens at ${host} port ${port}`,
        'Is the cluster running, and is a tunnel or VPN needed that is not up?',
        `The address stands in the kubeconfig: kubectl config view --minify --context ${info.context}`,
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return say(`The name ${host} cannot be resolved`, `Is a VPN or another DNS server needed? getent hosts ${host}`);
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'UND_ERR_CONNECT_TIMEOUT':
      return say(
        `${host} port ${port} cannot be reached`,
        'Is a VPN needed, a firewall between, or a proxy to be named in HTTPS_PROXY?',
      );
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ECONNABORTED':
      return say(`The connection to ${host} broke off`, 'Try again; a proxy or load balancer in between may cut it');
    default:
      return isTlsCode(code) ? tlsProblem(code, host, say) : say(`No answer from ${host}: ${messageOf(error)}`);
  }
}

export function timeoutProblem(info: ConnectionInfo, ms: number): Problem {
  return new Problem(`No answer from ${addressOf(info.server).host} within ${Math.round(ms / 100) / 10} s`, {
    where: `context ${info.context}, ${info.server}`,
    next: ['Is the API server overloaded, or a VPN or proxy needed that is not there?'],
  });
}

function tlsProblem(code: string, host: string, say: (message: string, ...next: string[]) => Problem): Problem {
  if (code === 'CERT_HAS_EXPIRED')
    return say(`The certificate of ${host} has expired`, 'Who runs the cluster renews it');
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return say(
      `The certificate is not made out for ${host}`,
      'Use the name it was made for, or tls-server-name in the kubeconfig',
    );
  if (code === 'EPROTO' || code.startsWith('ERR_SSL'))
    return say(
      `No TLS connection to ${host} comes about (${code})`,
      'Does the server speak http there, or want a client certificate?',
    );
  return say(
    `The certificate of ${host} is not signed by the kubeconfig’s certificate authority`,
    'Fetch a new kubeconfig from the cluster; behind a proxy that opens TLS, its authority must stand in certificate-authority',
  );
}

const isTlsCode = (code: string) => /^(CERT_|ERR_TLS|ERR_SSL|EPROTO|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/.test(code);

function codeOf(error: unknown): string {
  const { code, errors } = error as { code?: unknown; errors?: { code?: unknown }[] };
  return String(code ?? errors?.[0]?.code ?? '');
}

function addressOf(server: string): { host: string; port: string } {
  try {
    const url = new URL(server);
    return { host: url.hostname, port: url.port || (url.protocol === 'https:' ? '443' : '80') };
  } catch {
    return { host: server, port: '' };
  }
}
