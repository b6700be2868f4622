import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Payload } from './atomic-folder.ts';
import { fieldOf, resourceOf } from './environment.ts';
import type { Host } from './host.ts';
import type { DownwardItem, KeyToPath, Pod, ProjectedSource, Volume } from './pod.ts';

interface Facts {
  pod: Pod;
  podIP: string;
  hostIP: string;
}

interface Sources {
  sources: readonly ProjectedSource[];
  /** Of files whose item says no other. */
  defaultMode: number;
}

/** What a volume is made of, if it comes from the API. */
export function sourcesOf({ configMap, secret, downwardAPI, projected }: Volume): Sources | undefined {
  const own = configMap ?? secret ?? downwardAPI ?? projected;
  if (!own) return undefined;
  const defaultMode = own.defaultMode ?? 0o644;
  if (configMap) return { sources: [{ configMap: { ...configMap, name: configMap.name ?? '' } }], defaultMode };
  if (secret) return { sources: [{ secret: { ...secret, name: secret.secretName ?? '' } }], defaultMode };
  if (downwardAPI) return { sources: [{ downwardAPI }], defaultMode };
  return { sources: projected?.sources ?? [], defaultMode };
}

/** Tokens of one volume by their path, with when they were made (ms since 1970). */
export type Tokens = Map<string, { token: Buffer; madeAt: number }>;

const freshTokenMs = 600_000;

/** Reads ConfigMaps, Secrets, fields of the pod and tokens as they are now. What is not there is left out. */
export async function readPayload(
  host: Host,
  facts: Facts,
  { sources, defaultMode }: Sources,
  tokens: Tokens,
): Promise<Payload> {
  const files = new Map<string, { data: Buffer; mode: number }>();
  const base = `/api/v1/namespaces/${facts.pod.metadata.namespace ?? 'default'}`;
  const put = (values: Values, items: readonly KeyToPath[] | undefined) => {
    const chosen = items ?? Object.keys(values).map((key): KeyToPath => ({ key, path: key }));
    for (const { key, path, mode = defaultMode } of chosen)
      if (values[key]) files.set(path, { data: values[key], mode });
  };
  for (const { configMap, secret, downwardAPI, serviceAccountToken } of sources) {
    if (configMap) put(await read(host, `${base}/configmaps/${configMap.name}`), configMap.items);
    if (secret) put(await read(host, `${base}/secrets/${secret.name}`), secret.items);
    for (const item of downwardAPI?.items ?? [])
      files.set(item.path, { data: Buffer.from(downward(item, facts)), mode: item.mode ?? defaultMode });
    if (!serviceAccountToken) continue;
    const { path } = serviceAccountToken;
    const known = tokens.get(path);
    const fresh = known && Date.now() - known.madeAt < freshTokenMs;
    const token = fresh ? known.token : await readToken(host, facts.pod, serviceAccountToken);
    if (!token) continue;
    if (!fresh) tokens.set(path, { token, madeAt: Date.now() });
    files.set(path, { data: token, mode: defaultMode });
  }
  return files;
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
