import { Problem } from '../../base/errors.ts';
import { closestName } from '../closest-name.ts';
import type { ClusterChoice } from '../connection.ts';
import { hasKubeconfig, isFields, type Kubeconfig, readKubeconfig } from './kubeconfig.ts';

/** A context as the kubeconfig describes it; nothing here was asked of a cluster. */
export interface ContextSummary {
  name: string;
  /** Empty when the kubeconfig lacks the context's cluster. */
  server: string;
  namespace: string;
  user: string;
  current: boolean;
  sandbox: boolean;
  /** Names of other contexts that lead to the same server, here and in the usual kubeconfig. */
  otherNames: readonly string[];
  /** The sandbox's `--speed`. */
  speed?: number;
}

/** The contexts of the kubeconfig, current one first. Empty when there is no kubeconfig and none was named. */
export function listContexts(kubeconfig?: string): ContextSummary[] {
  if (!kubeconfig && !process.env.KUBECONFIG && !hasKubeconfig()) return [];
  const config = readKubeconfig(kubeconfig);
  const contexts = [...config.contexts.keys()].map((name) => summarize(config, name));
  return contexts.sort((a, b) => Number(b.current) - Number(a.current) || a.name.localeCompare(b.name));
}

/** The chosen context, else the current one. Throws `Problem` for a missing one, with what is nearest to it. */
export function chooseContext(config: Kubeconfig, choice: ClusterChoice): ContextSummary {
  const names = [...config.contexts.keys()];
  const wanted = choice.context ?? config.currentContext ?? (names.length === 1 ? names[0] : undefined);
  if (wanted === undefined)
    throw new Problem('The kubeconfig has no current context', {
      where: config.files.join(', '),
      next: [`Choose one with --context: ${names.join(', ') || 'it has none'}`],
    });
  if (!config.contexts.has(wanted)) {
    const near = closestName(wanted, names);
    throw new Problem(`The kubeconfig has no context "${wanted}"`, {
      where: config.files.join(', '),
      next: [near ? `Did you mean --context ${near}?` : `It has: ${names.join(', ') || 'none'}`],
    });
  }
  const found = summarize(config, wanted);
  const summary = choice.kubeconfig ? { ...found, otherNames: alsoUsual(found) } : found;
  if (summary.server === '')
    throw new Problem(`The context "${wanted}" names a cluster that the kubeconfig does not describe`, {
      where: config.files.join(', '),
      next: ['kubectl config get-contexts and kubectl config get-clusters show what belongs together'],
    });
  if (choice.sandbox && !summary.sandbox)
    throw new Problem(`The context "${wanted}" is not a sandbox`, {
      where: config.files.join(', '),
      next: ['Leave --sandbox out to use that cluster, or leave --context and --kubeconfig out to use the sandbox'],
    });
  return summary;
}

/** With the names that the usual kubeconfig has for the same server: a copy of a context is the same cluster. */
function alsoUsual({ server, otherNames }: ContextSummary): string[] {
  try {
    const usual = hasKubeconfig() ? namesFor(readKubeconfig(), server) : [];
    return [...new Set([...otherNames, ...usual])];
  } catch {
    // A usual kubeconfig that is broken says nothing of the one that was named.
    return [...otherNames];
  }
}

function summarize(config: Kubeconfig, name: string): ContextSummary {
  const context = config.contexts.get(name) ?? {};
  const server = serverOf(config, name);
  const own = sandboxExtension(context.extensions);
  // Anybody can write the mark into a kubeconfig; the sandbox answers on this machine only.
  if (!isLocal(server)) own.sandbox = false;
  return {
    name,
    server,
    otherNames: namesFor(config, server).filter((other) => other !== name),
    namespace: text(context.namespace) || 'default',
    user: text(context.user),
    current: name === config.currentContext,
    ...own,
  };
}

function serverOf(config: Kubeconfig, name: string): string {
  return text(config.clusters.get(text(config.contexts.get(name)?.cluster))?.server);
}

function namesFor(config: Kubeconfig, server: string): string[] {
  const wanted = addressOf(server);
  return [...config.contexts.keys()].filter((name) => addressOf(serverOf(config, name)) === wanted);
}

/** The same for the same API server, however its URL is written. */
function addressOf(server: string): string {
  if (!URL.canParse(server)) return server;
  const { protocol, hostname, port, pathname } = new URL(server);
  return `${protocol}//${hostname.replace(/\.$/, '')}:${port}${pathname.replace(/\/+$/, '')}`;
}

function isLocal(server: string): boolean {
  const host = URL.canParse(server) ? new URL(server).hostname : '';
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

// The sandbox marks its context with an extension of its own, as minikube does.
function sandboxExtension(extensions: unknown): { sandbox: boolean; speed?: number } {
  for (const item of Array.isArray(extensions) ? extensions : []) {
    if (!isFields(item) || item.name !== 'tars-console' || !isFields(item.extension)) continue;
    const { sandbox, speed } = item.extension;
    return { sandbox: sandbox === true, ...(typeof speed === 'number' && speed > 0 ? { speed } : {}) };
  }
  return { sandbox: false };
}

const text = (value: unknown) => (typeof value === 'string' ? value : '');
