import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { messageOf, Problem } from '../../base/errors.ts';

type Fields = Record<string, unknown>;

/** What kubeconfig files hold together, names first come first served as in client-go's `clientcmd/loader.go`. */
export interface Kubeconfig {
  files: string[];
  currentContext: string | undefined;
  contexts: ReadonlyMap<string, Fields>;
  clusters: ReadonlyMap<string, Fields>;
  users: ReadonlyMap<string, Fields>;
}

const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Reads a kubeconfig: the given file, else those of KUBECONFIG, else `~/.kube/config`, else a pod's service account.
 * Relative paths in it become absolute. Throws `Problem` when there is none or one cannot be read.
 */
export function readKubeconfig(given?: string, env: NodeJS.ProcessEnv = process.env): Kubeconfig {
  const { files, explicit } = filesOf(given, env);
  const present = files.filter((file) => existsSync(file));
  if (present.length === 0) {
    if (!explicit && existsSync(join(serviceAccount, 'token'))) return inClusterConfig(env);
    throw missingKubeconfig(files);
  }
  const merged = {
    files: present,
    currentContext: undefined as string | undefined,
    contexts: new Map<string, Fields>(),
    clusters: new Map<string, Fields>(),
    users: new Map<string, Fields>(),
  };
  for (const file of present) {
    const config = parseFile(file);
    const current = config['current-context'];
    if (merged.currentContext === undefined && typeof current === 'string' && current !== '')
      merged.currentContext = current;
    addEntries(merged.contexts, config.contexts, 'context', () => {});
    addEntries(merged.clusters, config.clusters, 'cluster', (entry) =>
      absolute(entry, file, ['certificate-authority']),
    );
    addEntries(merged.users, config.users, 'user', (entry) => {
      absolute(entry, file, ['client-certificate', 'client-key', 'tokenFile']);
      const exec = entry.exec as Fields | undefined;
      // A bare name is found by PATH; only a path is taken from the kubeconfig's folder.
      if (typeof exec?.command === 'string' && exec.command.includes('/')) absolute(exec, file, ['command']);
    });
  }
  return merged;
}

/** True when there is any kubeconfig to read; a first start without one is no fault. */
export function hasKubeconfig(env: NodeJS.ProcessEnv = process.env): boolean {
  return filesOf(undefined, env).files.some((file) => existsSync(file)) || existsSync(join(serviceAccount, 'token'));
}

function filesOf(given: string | undefined, env: NodeJS.ProcessEnv): { files: string[]; explicit: boolean } {
  if (given) return { files: [resolve(given)], explicit: true };
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  if (listed.length > 0) return { files: listed.map((file) => resolve(file)), explicit: true };
  return { files: [join(env.HOME || homedir(), '.kube', 'config')], explicit: false };
}

function missingKubeconfig(files: string[]): Problem {
  return new Problem(`There is no kubeconfig at ${files.join(' or ')}`, {
    next: [
      'Name one with --kubeconfig or KUBECONFIG; who runs the cluster hands it out',
      'Without a cluster, use the embedded one: --sandbox',
    ],
  });
}

function parseFile(file: string): Fields {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Problem(`The kubeconfig cannot be read: ${messageOf(error)}`, { where: file, cause: error });
  }
  const document = parseDocument(text, { prettyErrors: true });
  const fault = document.errors[0];
  if (fault) {
    const line = fault.linePos?.[0].line;
    throw new Problem('The kubeconfig is not valid YAML', {
      where: line === undefined ? file : `${file}:${line}`,
      evidence: [fault.message.split('\n')[0] ?? fault.code],
      next: ['Repair that line, or fetch the file anew from the cluster'],
    });
  }
  const value: unknown = document.toJS();
  if (!isFields(value) || (value.contexts === undefined && value.clusters === undefined))
    throw new Problem('The file is not a kubeconfig: it has neither clusters nor contexts', { where: file });
  return value;
}

function addEntries(into: Map<string, Fields>, list: unknown, key: string, prepare: (entry: Fields) => void): void {
  if (!Array.isArray(list)) return;
  for (const item of list) {
    if (!isFields(item) || typeof item.name !== 'string' || into.has(item.name)) continue;
    const entry = isFields(item[key]) ? item[key] : {};
    prepare(entry);
    into.set(item.name, entry);
  }
}

function absolute(entry: Fields, file: string, keys: string[]): void {
  for (const key of keys) {
    const path = entry[key];
    if (typeof path === 'string' && path !== '') entry[key] = resolve(dirname(file), path);
  }
}

// client-go's rest.InClusterConfig: what a pod knows of its own cluster.
function inClusterConfig(env: NodeJS.ProcessEnv): Kubeconfig {
  const host = env.KUBERNETES_SERVICE_HOST ?? 'kubernetes.default.svc';
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${env.KUBERNETES_SERVICE_PORT ?? '443'}`;
  const namespaceFile = join(serviceAccount, 'namespace');
  const namespace = existsSync(namespaceFile) ? readFileSync(namespaceFile, 'utf8').trim() : 'default';
  const name = 'in-cluster';
  return {
    files: [],
    currentContext: name,
    contexts: new Map([[name, { cluster: name, user: name, namespace }]]),
    clusters: new Map([[name, { server, 'certificate-authority': join(serviceAccount, 'ca.crt') }]]),
    users: new Map([[name, { tokenFile: join(serviceAccount, 'token') }]]),
  };
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
