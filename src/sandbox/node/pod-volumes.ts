import type { KubernetesObject } from '../../kubernetes/object.ts';
import { type Entry, type Folder, file, folder } from '../workloads/files/entries.ts';
import { fieldOf, resourceOf } from './environment.ts';
import type { Host } from './host.ts';
import type { DownwardItem, KeyToPath, Pod, ProjectedSource, Volume } from './pod.ts';

/** The volumes of one pod as folders, shared by its containers. */
export interface PodVolumes {
  /** Undefined for a volume that the pod does not have. */
  folder(name: string): Folder | undefined;
  /** Reads ConfigMaps, Secrets and fields again, at most once a second. */
  refresh(): Promise<void>;
}

const freshMs = 1000;

/** Nothing is made or read before a container looks into a volume. */
export function createPodVolumes(host: Host, pod: () => Pod, podIP: () => string): PodVolumes {
  const folders = new Map<string, Folder>();
  let refreshedAt = Number.NEGATIVE_INFINITY;
  let refreshing: Promise<void> | undefined;
  const make = (volume: Volume): Folder => {
    const { namespace = 'default', uid } = pod().metadata;
    if (volume.persistentVolumeClaim)
      return host.storage(`claim/${namespace}/${volume.persistentVolumeClaim.claimName}`);
    if (volume.hostPath) return host.storage(`path/${host.node}/${volume.hostPath.path}`);
    const written = volume.configMap || volume.secret || volume.projected || volume.downwardAPI;
    return { ...folder(written ? 0o755 : 0o777), ...(written && uid ? { readOnly: true } : {}) };
  };
  const refresh = async () => {
    const facts = { pod: pod(), podIP: podIP(), hostIP: host.hostIP };
    for (const volume of pod().spec.volumes ?? []) {
      const sources = sourcesOf(volume);
      const target = sources && folderOf(volume.name);
      if (!target) continue;
      const entries = new Map<string, Entry>();
      for (const source of sources) await fill(host, facts, source, entries, target);
      // The same map stays: a read-only mount of the folder shares it.
      target.entries.clear();
      for (const [name, entry] of entries) target.entries.set(name, entry);
    }
    refreshedAt = performance.now();
  };
  const folderOf = (name: string) => {
    const volume = pod().spec.volumes?.find((one) => one.name === name);
    if (!volume) return undefined;
    const made = folders.get(name) ?? make(volume);
    folders.set(name, made);
    return made;
  };
  return {
    folder: folderOf,
    async refresh() {
      if (performance.now() - refreshedAt < freshMs) return;
      refreshing ??= refresh().finally(() => {
        refreshing = undefined;
      });
      await refreshing;
    },
  };
}

/** What a volume is made of, if it comes from the API. */
function sourcesOf({ configMap, secret, downwardAPI, projected }: Volume): ProjectedSource[] | undefined {
  if (configMap) return [{ configMap: { ...configMap, name: configMap.name ?? '' } }];
  if (secret) return [{ secret: { ...secret, name: secret.secretName ?? '' } }];
  if (downwardAPI) return [{ downwardAPI }];
  return projected?.sources;
}

interface Facts {
  pod: Pod;
  podIP: string;
  hostIP: string;
}

async function fill(host: Host, facts: Facts, source: ProjectedSource, entries: Map<string, Entry>, before: Folder) {
  const base = `/api/v1/namespaces/${facts.pod.metadata.namespace ?? 'default'}`;
  const { configMap, secret, downwardAPI, serviceAccountToken } = source;
  if (configMap) put(entries, await read(host, `${base}/configmaps/${configMap.name}`), configMap.items);
  if (secret) put(entries, await read(host, `${base}/secrets/${secret.name}`), secret.items);
  for (const item of downwardAPI?.items ?? []) place(entries, item.path, Buffer.from(downward(item, facts)));
  if (serviceAccountToken) {
    const { path } = serviceAccountToken;
    const known = before.entries.get(path);
    const token =
      known?.kind === 'file' && Date.now() - known.modified < 600_000
        ? known.data
        : await readToken(host, facts.pod, serviceAccountToken);
    if (token) place(entries, path, token);
  }
}

function downward({ fieldRef, resourceFieldRef }: DownwardItem, facts: Facts): string {
  if (fieldRef) return fieldOf(fieldRef.fieldPath, facts);
  const named = facts.pod.spec.containers.find((one) => one.name === resourceFieldRef?.containerName);
  return named && resourceFieldRef ? resourceOf(resourceFieldRef.resource, named) : '';
}

type Values = Record<string, Buffer>;

async function read(host: Host, path: string): Promise<Values> {
  type Data = KubernetesObject & { data?: Record<string, string>; binaryData?: Record<string, string> };
  const object = await host.client.get<Data>(path).catch(() => undefined);
  const plain = path.includes('/secrets/') ? 'base64' : 'utf8';
  const values: Values = {};
  for (const [key, value] of Object.entries(object?.data ?? {})) values[key] = Buffer.from(value, plain);
  for (const [key, value] of Object.entries(object?.binaryData ?? {})) values[key] = Buffer.from(value, 'base64');
  return values;
}

function put(entries: Map<string, Entry>, values: Values, items: readonly KeyToPath[] | undefined): void {
  const chosen = items ?? Object.keys(values).map((key): KeyToPath => ({ key, path: key }));
  for (const { key, path } of chosen) if (values[key]) place(entries, path, values[key]);
}

function place(entries: Map<string, Entry>, path: string, data: Buffer): void {
  const [first = '', ...rest] = path.split('/');
  if (rest.length === 0) {
    entries.set(first, file(data));
    return;
  }
  const below = entries.get(first);
  const into = below?.kind === 'folder' ? below : folder();
  entries.set(first, into);
  place(into.entries, rest.join('/'), data);
}

async function readToken(host: Host, pod: Pod, wanted: { audience?: string; expirationSeconds?: number }) {
  const { namespace = 'default' } = pod.metadata;
  const account = pod.spec.serviceAccountName || 'default';
  const request = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: {
      ...(wanted.audience ? { audiences: [wanted.audience] } : {}),
      expirationSeconds: wanted.expirationSeconds ?? 3600,
    },
  };
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
  const made = await host.client.create<{ status?: { token?: string } }>(path, request).catch(() => undefined);
  return made?.status?.token ? Buffer.from(made.status.token) : undefined;
}
