import type { Agent, RequestOptions } from 'node:https';
import { messageOf, Problem } from '../../base/errors.ts';
import { withAuthorities } from './authorities.ts';
import type { ContextSummary } from './contexts.ts';
import { type ExecConfig, NeedsTerminal, type PluginCredential, runExecPlugin } from './exec-plugin.ts';
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

/** What plugins gave to this process; one who logged in at the terminal need not do so for the next connection. */
const given = new Map<string, PluginCredential>();

/**
 * Logs in at the terminal where a context's exec plugin may ask a person, before a screen takes the terminal. Does nothing for
 * other credentials. Throws `Problem` when the plugin gives none.
 */
export async function logInOnTerminal(config: Kubeconfig, context: ContextSummary): Promise<void> {
  const exec = config.users.get(context.user)?.exec;
  if (!isFields(exec) || exec.interactiveMode === 'Never') return;
  try {
    await pluginCredential(config, context, exec, { terminal: true });
  } catch (error) {
    throw pluginProblem(error, String(exec.command), context);
  }
}

async function pluginCredential(
  config: Kubeconfig,
  context: ContextSummary,
  exec: ExecConfig,
  how: { terminal: boolean },
): Promise<PluginCredential> {
  const cluster = clusterOf(config, context);
  const key = JSON.stringify([exec, cluster.server]);
  const known = given.get(key);
  if (known && (known.expiresAt === undefined || known.expiresAt > Date.now())) return known;
  given.delete(key);
  const fresh = await runExecPlugin(exec, cluster, how);
  given.set(key, fresh);
  return fresh;
}

function clusterOf(config: Kubeconfig, context: ContextSummary): Record<string, unknown> {
  return config.clusters.get(String(config.contexts.get(context.name)?.cluster)) ?? {};
}

/**
 * Credentials by @kubernetes/client-node's KubeConfig: certificates, tokens and auth providers; exec plugins are run here.
 * Parallel requests share one run of a plugin. Throws `Problem` for an auth provider that nobody has any more.
 */
export function createCredentialSource(config: Kubeconfig, context: ContextSummary): CredentialSource {
  const user = config.users.get(context.user) ?? {};
  const exec = isFields(user.exec) ? user.exec : undefined;
  const provider = isFields(user['auth-provider']) ? user['auth-provider'] : undefined;
  if (provider) refuseProvider(String(provider.name), context);
  const plugin = exec ? String(exec.command ?? 'an exec plugin') : provider ? String(provider.name) : undefined;
  // A plugin says itself how long it counts; a file and a provider are asked again after a while.
  const changing = plugin !== undefined || typeof user.tokenFile === 'string';
  let expiresAt = Number.POSITIVE_INFINITY;
  let kubeConfig: Promise<KubeConfigLike> | undefined;
  let known: { credentials: Credentials; identity: string; at: number } | undefined;
  let running: Promise<Credentials> | undefined;

  async function load(): Promise<Credentials> {
    const options: RequestOptions = {};
    try {
      const fromPlugin = exec ? await pluginCredential(config, context, exec, { terminal: false }) : undefined;
      expiresAt = fromPlugin?.expiresAt ?? Number.POSITIVE_INFINITY;
      if (fromPlugin || !kubeConfig) kubeConfig = loadKubeConfig(documentFor(config, context, fromPlugin));
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
      const isFresh = exec ? Date.now() < expiresAt : !changing || (known && Date.now() - known.at < renewAfterMs);
      if (known && known.at > 0 && isFresh) return Promise.resolve(known.credentials);
      running ??= load().finally(() => {
        running = undefined;
      });
      return running;
    },
    renew() {
      if (!changing) return false;
      kubeConfig = undefined;
      if (known) known.at = 0;
      if (exec) given.delete(JSON.stringify([exec, clusterOf(config, context).server]));
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

function documentFor(config: Kubeconfig, context: ContextSummary, fromPlugin?: PluginCredential): object {
  const entry = config.contexts.get(context.name) ?? {};
  const cluster = withAuthorities({ ...clusterOf(config, context) });
  const user: Record<string, unknown> = { ...config.users.get(context.user) };
  // The library refuses http without this; `kubectl proxy` speaks nothing else.
  if (context.server.startsWith('http:')) cluster['insecure-skip-tls-verify'] = true;
  const proxy = cluster['proxy-url'] ?? proxyFor(context.server, process.env);
  // In Go, `socks5` leaves names to the proxy; in the library that is `socks5h`.
  if (proxy !== undefined) cluster['proxy-url'] = String(proxy).replace(/^socks5:/, 'socks5h:');
  if (typeof user.tokenFile === 'string' && !user.token)
    user['auth-provider'] = { name: 'tokenFile', config: { tokenFile: user.tokenFile } };
  if (typeof user.token === 'number') user.token = String(user.token);
  if (fromPlugin) Object.assign(user, asUser(fromPlugin));
  delete user.exec;
  const name = context.user || 'none';
  return {
    'current-context': context.name,
    contexts: [{ name: context.name, context: { cluster: entry.cluster, user: name } }],
    clusters: [{ name: entry.cluster, cluster }],
    // Without a user the library would leave the cluster's CA out.
    users: [{ name, user }],
  };
}

function asUser({ token, clientCertificateData, clientKeyData }: PluginCredential): Record<string, string> {
  const encoded = (text: string) => Buffer.from(text).toString('base64');
  return {
    ...(token === undefined ? {} : { token }),
    ...(clientCertificateData === undefined ? {} : { 'client-certificate-data': encoded(clientCertificateData) }),
    ...(clientKeyData === undefined ? {} : { 'client-key-data': encoded(clientKeyData) }),
  };
}

/** kubectl itself has dropped all providers but OIDC; what is asked of the others would go wrong later. */
function refuseProvider(name: string, context: ContextSummary): void {
  if (name === 'oidc') return;
  const plugins: Record<string, string> = { gcp: 'gke-gcloud-auth-plugin', azure: 'kubelogin' };
  throw new Problem(`The kubeconfig logs in by the auth provider "${name}", which Kubernetes has taken away`, {
    where: `context ${context.name}`,
    next: [`Have the kubeconfig written anew for an exec plugin${plugins[name] ? `: ${plugins[name]}` : ''}`],
  });
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
  if (error instanceof Problem) return error;
  if (plugin === undefined)
    return new Problem(`The credentials of context "${context.name}" cannot be used: ${messageOf(error)}`, {
      where,
      next: ['See what the kubeconfig names as certificate, key or token file'],
      cause: error,
    });
  if (error instanceof NeedsTerminal)
    return new Problem(`${plugin} wants to ask a person on the terminal`, {
      where,
      next: [`Name the context when the console is started, so that it is asked first: --context ${context.name}`],
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
