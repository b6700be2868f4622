import type { ProcessIdentity } from '../../base/process-identity.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';

/** Where leases of this program are, in a namespace that is made on first use. */
export const leaseNamespace = 'tars-console';

/** Who holds a lease, as its annotations say. */
export interface LeaseHolder extends ProcessIdentity {
  /** The run's id: the lease's `holderIdentity`. */
  run: string;
  /** `user@host`. */
  who: string;
  /** ISO 8601, by the holder's clock. */
  since: string;
  /** Of the program. */
  version: string;
}

export interface LeaseView {
  resourceVersion: string;
  /** Undefined when nobody holds it. */
  holder: LeaseHolder | undefined;
  /** How long it holds after its last heartbeat. */
  durationMs: number;
}

const prefix = 'tars-console.dev/';
const usualDurationSeconds = 60;

/** A Lease as this program reads it; one that something else made has a holder of whom little is known. */
export function readLease(object: KubernetesObject): LeaseView {
  const { metadata } = object;
  const spec = (object.spec ?? {}) as { holderIdentity?: string | null; leaseDurationSeconds?: number };
  const said = (name: string) => metadata.annotations?.[`${prefix}${name}`] ?? '';
  const run = spec.holderIdentity ?? '';
  const holder: LeaseHolder = {
    run,
    who: said('who') || 'somebody',
    host: said('host') || 'another host',
    machine: said('machine'),
    pid: Number(said('pid') || 0),
    began: said('process-began'),
    since: said('since'),
    version: said('version'),
  };
  return {
    resourceVersion: metadata.resourceVersion ?? '',
    holder: run === '' ? undefined : holder,
    durationMs: (spec.leaseDurationSeconds ?? usualDurationSeconds) * 1000,
  };
}

/** The Lease by which this run holds a system. Times are microseconds' (`MicroTime`), of our clock: nobody goes by them. */
export function leaseObject(
  system: string,
  holder: LeaseHolder,
  { durationMs, resourceVersion, now }: { durationMs: number; resourceVersion: string | undefined; now: Date },
): KubernetesObject {
  const { run, who, host, machine, pid, began, since, version } = holder;
  const told = { who, host, machine, pid: String(pid), 'process-began': began, since, version };
  return {
    ...emptyLease(system, resourceVersion, Object.fromEntries(Object.entries(told).map(([k, v]) => [prefix + k, v]))),
    spec: {
      holderIdentity: run,
      leaseDurationSeconds: Math.max(1, Math.round(durationMs / 1000)),
      acquireTime: microTime(new Date(since)),
      renewTime: microTime(now),
    },
  };
}

/** The same Lease held by nobody. */
export function freedLease(system: string, resourceVersion: string): KubernetesObject {
  return { ...emptyLease(system, resourceVersion, {}), spec: { leaseDurationSeconds: 1 } };
}

function emptyLease(
  system: string,
  resourceVersion: string | undefined,
  annotations: Record<string, string>,
): KubernetesObject {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: system,
      namespace: leaseNamespace,
      labels: { 'app.kubernetes.io/managed-by': 'tars-console', 'app.kubernetes.io/part-of': system },
      annotations,
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
  };
}

function microTime(date: Date): string {
  return date.toISOString().replace('Z', '000Z');
}
