import type { Agent, RequestOptions } from 'node:https';
import { messageOf, Problem } from '../base/errors.ts';
import type { ContextSummary } from './contexts.ts';
import { isFields, type Kubeconfig } from './kubeconfig.ts';
import { proxyFor } from './proxy.ts';

/** What a request needs to be let in: an agent that holds certificates and connections, and headers. */
export interface Credentials {
  agent: Agent;
  headers: Record<string, string>;
}

export interface CredentialSource {
  /** The current credentials; a token that a plugin or a file gives is renewed when a minute has passed. */
  current(): Promise<Credentials>;
  /** After a 401: forgets what was cached. False when the credentials are fixed, so that asking again is no use. */
  renew(): boolean;
  /** What gives the token: an exec plugin's command, an auth provider, or undefined for fixed ones. */
  readonly plugin: string | undefined;
  close(): void;
}

const renewAfterMs = 60_000;

/**
 * Credentials by @kubernetes/client-node's KubeConfig: certificates, tokens, exec plugins and auth providers. Parallel
 * requests share one run of a plugin, which the library does not do by itself.
 */
export function createCredentialSource(config: Kubeconfig, context: ContextSummary): CredentialSource {
  const document = documentFor(config, context);
  const user = config.users.get(context.user) ?? {};
  const exec = isFields(user.exec) ? user.exec : undefined;
  const provider = isFields(user['auth-provider']) ? user['auth-provider'] : undefined;
  const plugin = exec ? String(exec.command ?? 'an exec plugin') : provider ? String(provider.name) : undefined;
  const changing = plugin !== undefined || typeof user.tokenFile === 'string';
  let kubeConfig: Promise<KubeConfigLike> | undefined;
  let known: { credentials: Credentials; identity: string; at: number } | undefined;
  let running: Promise<Credentials> | undefined;

  async function load(): Promise<Credentials> {
    kubeConfig ??= loadKubeConfig(document);
    const options: RequestOptions = {};
    try {
      await (await kubeConfig).applyToHTTPSOptions(options);
    } catch (error) {
      throw pluginProblem(error, plugin, context);
    }
    const identity = `${options.cert ?? ''}${options.key ?? ''}`;
    const headers = headersOf(options, user);
    // A new agent only when the certificate changed: a new one would open new connections.
    const agent = known?.identity === identity ? known.credentials.agent : keepAlive(options.agent as Agent);
    if (known && known.credentials.agent !== agent) known.credentials.agent.destroy();
    known = { credentials: { agent, headers }, identity, at: Date.now() };
    return known.credentials;
  }

  return {
    plugin,
    current() {
      if (known && (!changing || Date.now() - known.at < renewAfterMs)) return Promise.resolve(known.credentials);
      running ??= load().finally(() => {
        running = undefined;
      });
      return running;
    },
    renew() {
      if (!changing) return false;
      kubeConfig = undefined;
      if (known) known.at = 0;
      return true;
    },
    close() {
      known?.credentials.agent.destroy();
    },
  };
}

interface KubeConfigLike {
  applyToHTTPSOptions(options: RequestOptions): Promise<void>;
}

// Only this file of the package: the rest holds the generated API, which costs time and is not needed.
async function loadKubeConfig(document: object): Promise<KubeConfigLike> {
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromString(JSON.stringify(document));
  return kubeConfig;
}

function documentFor(config: Kubeconfig, context: ContextSummary): object {
  const entry = config.contexts.get(context.name) ?? {};
  const cluster = { ...config.clusters.get(String(entry.cluster)) };
  const user: Record<string, unknown> = { ...config.users.get(context.user) };
  // The library refuses http without this; `kubectl proxy` speaks nothing else.
  if (context.server.startsWith('http:')) cluster['insecure-skip-tls-verify'] = true;
  const proxy = cluster['proxy-url'] ?? proxyFor(context.server, process.env);
  if (proxy !== undefined) cluster['proxy-url'] = proxy;
  if (typeof user.tokenFile === 'string' && !user.token)
    user['auth-provider'] = { name: 'tokenFile', config: { tokenFile: user.tokenFile } };
  if (typeof user.token === 'number') user.token = String(user.token);
  if (isFields(user.exec)) user.exec = withExecInfo(user.exec, cluster);
  const name = context.user || 'none';
  return {
    'current-context': context.name,
    contexts: [{ name: context.name, context: { cluster: entry.cluster, user: name } }],
    clusters: [{ name: entry.cluster, cluster }],
    // Without a user the library would leave the cluster's CA out.
    users: [{ name, user }],
  };
}

// client-go's plugin/pkg/client/auth/exec: plugins read from KUBERNETES_EXEC_INFO which version to answer with.
function withExecInfo(exec: Record<string, unknown>, cluster: Record<string, unknown>): Record<string, unknown> {
  const spec: Record<string, unknown> = { interactive: false };
  if (exec.provideClusterInfo === true)
    spec.cluster = {
      server: cluster.server,
      'certificate-authority-data': cluster['certificate-authority-data'],
      'insecure-skip-tls-verify': cluster['insecure-skip-tls-verify'],
      'tls-server-name': cluster['tls-server-name'],
    };
  const info = { apiVersion: exec.apiVersion ?? 'client.authentication.k8s.io/v1', kind: 'ExecCredential', spec };
  const env = Array.isArray(exec.env) ? exec.env : [];
  return { ...exec, env: [...env, { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }] };
}

function headersOf(options: RequestOptions, user: Record<string, unknown>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {}))
    if (value !== undefined && value !== null) headers[name.toLowerCase()] = String(value).trim();
  if (options.auth) headers.authorization = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  // The library takes over `as` but forgets the groups, which would be another identity.
  if (Array.isArray(user['as-groups'])) headers['impersonate-group'] = user['as-groups'].join(',');
  return headers;
}

// The library makes an agent for each call; this one is kept, so that handshakes are paid once.
function keepAlive(agent: Agent): Agent {
  Object.assign(agent, { keepAlive: true, keepAliveMsecs: 15_000, maxFreeSockets: 8 });
  Object.assign(agent.options, { keepAlive: true, keepAliveInitialDelay: 15_000 });
  return agent;
}

function pluginProblem(error: unknown, plugin: string | undefined, context: ContextSummary): Problem {
  const where = `context ${context.name}`;
  if (plugin === undefined)
    return new Problem(`The credentials of context "${context.name}" cannot be used: ${messageOf(error)}`, {
      where,
      next: ['See what the kubeconfig names as certificate, key or token file'],
      cause: error,
    });
  const missing = (error as { code?: string }).code === 'ENOENT';
  const said = messageOf(error).trim().split('\n').slice(-3);
  return new Problem(
    missing ? `The kubeconfig gets its token from ${plugin}, which is not installed here` : `${plugin} gave no token`,
    {
      where,
      evidence: missing ? [] : said,
      next: [
        missing
          ? `Install ${plugin}, or put it into PATH`
          : `Log in again, then try: kubectl --context ${context.name} version`,
      ],
      cause: error,
    },
  );
}
