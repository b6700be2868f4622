import type { KubernetesObject } from '../kubernetes/object.ts';
import { asPod, podRequest } from '../kubernetes/pod.ts';
import { summarizePod } from '../kubernetes/pod-status.ts';
import { readinessOf } from '../kubernetes/readiness.ts';
import type { Connection } from './connection.ts';
import { hasStatus } from './kubernetes-error.ts';
import { listObjects } from './objects.ts';
import { replicasText, toAutoscalerRow } from './panes/autoscaler-row.ts';
import { comparePods, type Severity, severityOf } from './panes/pod-row.ts';
import { givenAddresses, publishedAddress } from './published.ts';

/** What of a system is looked at; the fields of its `system.yaml`. */
export interface SystemParts {
  name: string;
  namespace: string;
  /** `Deployment/tars-backend` */
  workloads: readonly string[];
  autoscalers: readonly string[];
  /** `backend-service:8000` */
  services: readonly string[];
  access: readonly {
    title: string;
    path: string;
    host?: string | undefined;
    ingress?: string | undefined;
    namespace?: string | undefined;
  }[];
}

/** One line of a status: a part of the system and how it is. Text is raw. */
export interface StatusLine {
  name: string;
  ok: boolean;
  /** `3 of 3 available`, `no endpoint is ready`, … */
  message: string;
}

export interface PodStatusLine {
  name: string;
  ready: string;
  status: string;
  restarts: number;
  node: string;
  severity: Severity;
  createdAt: number | undefined;
  /** Cores that it requests. */
  cpuRequest: number;
}

export interface SystemStatus {
  system: string;
  namespace: string;
  /** Everything that the system's file names is there and ready. */
  healthy: boolean;
  workloads: StatusLine[];
  /** Problems first. */
  pods: PodStatusLine[];
  services: StatusLine[];
  autoscalers: StatusLine[];
  ingresses: (StatusLine & { hosts: string[]; addresses: string[]; url: string | undefined })[];
  volumes: StatusLine[];
}

/** What is there of a system and whether it is well: one read of each kind. Throws `KubernetesError` and `Problem`. */
export async function collectSystemStatus(
  connection: Connection,
  system: SystemParts,
  signal?: AbortSignal,
): Promise<SystemStatus> {
  const { namespace } = system;
  const list = (apiVersion: string, kind: string) => listObjects(connection, { apiVersion, kind, namespace }, signal);
  const kinds = [...new Set(system.workloads.map((workload) => workload.split('/')[0] ?? ''))];
  const [pods, services, slices, scalers, ingresses, claims, classes, ...workloads] = await Promise.all([
    list('v1', 'Pod'),
    list('v1', 'Service'),
    list('discovery.k8s.io/v1', 'EndpointSlice'),
    list('autoscaling/v2', 'HorizontalPodAutoscaler'),
    list('networking.k8s.io/v1', 'Ingress'),
    list('v1', 'PersistentVolumeClaim'),
    storageClasses(connection, signal),
    ...kinds.map((kind) => list(workloadVersions[kind] ?? 'apps/v1', kind)),
  ]);
  const status = {
    workloads: system.workloads.map((name) => workloadLine(name, workloads.flat())),
    services: system.services.map((name) => serviceLine(name, services, slices)),
    autoscalers: system.autoscalers.map((name) => autoscalerLine(name, scalers)),
    ingresses: ingressNames(system).map((name) => ingressLine(name, ingresses)),
    volumes: claims.map((claim) => volumeLine(claim, classes)),
  };
  const healthy = Object.values(status).every((lines: readonly StatusLine[]) => lines.every(({ ok }) => ok));
  return { system: system.name, namespace, healthy, ...status, pods: podLines(pods) };
}

const workloadVersions: Record<string, string> = { Job: 'batch/v1', CronJob: 'batch/v1' };

function ingressNames({ access }: SystemParts): string[] {
  // What lies in another namespace is a page of something else, and may be missing.
  const own = access.filter(({ namespace }) => namespace === undefined);
  return [...new Set(own.map(({ ingress }) => ingress).filter((name) => name !== undefined))];
}

async function storageClasses(connection: Connection, signal?: AbortSignal): Promise<KubernetesObject[]> {
  try {
    return await listObjects(connection, { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' }, signal);
  } catch (error) {
    // Who may see the namespace may not always see the cluster.
    if (hasStatus(error, 403)) return [];
    throw error;
  }
}

function find(objects: readonly KubernetesObject[], kind: string, name: string): KubernetesObject | undefined {
  return objects.find((object) => object.kind === kind && object.metadata.name === name);
}

const absent = (name: string): StatusLine => ({ name, ok: false, message: 'does not exist' });

function workloadLine(name: string, objects: readonly KubernetesObject[]): StatusLine {
  const [kind = '', own = ''] = name.split('/');
  const object = find(objects, kind, own);
  if (!object) return absent(name);
  const { ready, message, failed } = readinessOf(object);
  return { name, ok: ready, message: failed ? `${message}: ${failed.message}` : message };
}

interface EndpointSlice {
  endpoints?: { conditions?: { ready?: boolean | null } }[] | null;
}

function serviceLine(name: string, services: readonly KubernetesObject[], slices: readonly KubernetesObject[]) {
  const own = name.split(':')[0] ?? '';
  if (!find(services, 'Service', own)) return absent(name);
  const mine = slices.filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === own);
  const endpoints = mine.flatMap((slice) => (slice as EndpointSlice).endpoints ?? []);
  // discovery/v1: an endpoint whose readiness is not known counts as ready.
  const ready = endpoints.filter(({ conditions }) => conditions?.ready !== false).length;
  const message =
    ready === 0
      ? endpoints.length === 0
        ? 'no endpoints'
        : `none of ${endpoints.length} endpoints is ready`
      : `${ready} ${ready === 1 ? 'endpoint' : 'endpoints'}`;
  return { name, ok: ready > 0, message };
}

function autoscalerLine(name: string, objects: readonly KubernetesObject[]): StatusLine {
  const object = find(objects, 'HorizontalPodAutoscaler', name);
  if (!object) return absent(name);
  const row = toAutoscalerRow(object);
  const message = [row.metrics.join(', '), replicasText(row, '→'), row.sentence].join('  ');
  return { name, ok: readinessOf(object).ready, message };
}

function ingressLine(name: string, objects: readonly KubernetesObject[]): SystemStatus['ingresses'][number] {
  const object = find(objects, 'Ingress', name);
  if (!object) return { ...absent(name), hosts: [], addresses: [], url: undefined };
  const rules = (object.spec as { rules?: { host?: string }[] } | undefined)?.rules ?? [];
  const hosts = [...new Set(rules.map(({ host }) => host ?? '*'))];
  const { ready, message } = readinessOf(object);
  return { name, ok: ready, message, hosts, addresses: givenAddresses(object), url: publishedAddress(object, 80) };
}

function volumeLine(claim: KubernetesObject, classes: readonly KubernetesObject[]): StatusLine {
  const spec = claim.spec as { storageClassName?: string; resources?: { requests?: { storage?: string } } } | undefined;
  const storageClass = classes.find(({ metadata }) => metadata.name === spec?.storageClassName);
  const bindingMode = storageClass?.volumeBindingMode as string | undefined;
  const { ready, message } = readinessOf(claim, { bindingMode });
  const size = (claim.status as { capacity?: { storage?: string } } | undefined)?.capacity?.storage;
  return { name: claim.metadata.name, ok: ready, message: [message, size].filter(Boolean).join(' ') };
}

function podLines(pods: readonly KubernetesObject[]): PodStatusLine[] {
  return pods
    .map((object) => {
      const { ready, total, status, restarts } = summarizePod(object);
      const pod = asPod(object);
      const created = Date.parse(pod.metadata.creationTimestamp ?? '');
      return {
        name: pod.metadata.name,
        key: pod.metadata.name,
        ready: `${ready}/${total}`,
        status,
        restarts,
        node: pod.spec.nodeName ?? '',
        severity: severityOf(status, ready, total),
        createdAt: Number.isNaN(created) ? undefined : created,
        cpuRequest: podRequest(pod, 'cpu') / 1000,
      };
    })
    .sort(comparePods)
    .map(({ key: _, ...line }) => line);
}
