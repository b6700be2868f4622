import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Connection, KubernetesRequest } from '../connection.ts';
import { hasStatus } from '../kubernetes-error.ts';
import { fieldManager } from '../objects.ts';
import { type LeaseView, leaseNamespace, readLease } from './lease.ts';

/** The requests about one lease. All throw `KubernetesError` for a no and `Problem` without an answer. */
export interface LeaseStore {
  /** Undefined when it, or its namespace, does not exist. */
  read(signal?: AbortSignal): Promise<LeaseView | undefined>;
  /**
   * Writes it whole: makes it without a resourceVersion, else replaces that very version. Undefined when somebody else was
   * first. Makes the namespace where it is missing.
   */
  write(lease: KubernetesObject, signal?: AbortSignal): Promise<LeaseView | undefined>;
}

const leases = `/apis/coordination.k8s.io/v1/namespaces/${leaseNamespace}/leases`;
const patienceMs = 5000;

export function createLeaseStore(connection: Connection, system: string): LeaseStore {
  const path = `${leases}/${encodeURIComponent(system)}`;
  const ask = async (request: KubernetesRequest) =>
    readLease((await connection.request<KubernetesObject>({ timeoutMs: patienceMs, ...request })).body);
  const query = { fieldManager };
  return {
    async read(signal) {
      try {
        return await ask({ path, signal });
      } catch (error) {
        if (hasStatus(error, 404)) return undefined;
        throw error;
      }
    },
    async write(body, signal) {
      try {
        if (body.metadata.resourceVersion !== undefined) return await ask({ method: 'PUT', path, query, body, signal });
        return await create(body, signal);
      } catch (error) {
        // Somebody wrote, made or removed it meanwhile.
        if (hasStatus(error, 409) || hasStatus(error, 404)) return undefined;
        throw error;
      }
    },
  };

  async function create(body: KubernetesObject, signal: AbortSignal | undefined): Promise<LeaseView> {
    const request = { method: 'POST', path: leases, query, body, signal } as const;
    try {
      return await ask(request);
    } catch (error) {
      if (!hasStatus(error, 404)) throw error;
      await createNamespace(connection, signal);
      return await ask(request);
    }
  }
}

async function createNamespace(connection: Connection, signal: AbortSignal | undefined): Promise<void> {
  const labels = { 'app.kubernetes.io/managed-by': 'tars-console' };
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: leaseNamespace, labels } };
  try {
    await connection.request({
      method: 'POST',
      path: '/api/v1/namespaces',
      query: { fieldManager },
      body,
      signal,
      timeoutMs: patienceMs,
    });
  } catch (error) {
    if (!hasStatus(error, 409)) throw error;
  }
}
