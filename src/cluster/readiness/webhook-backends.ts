import { messageOf } from '../../base/errors.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { WebhookBackend } from '../../kubernetes/readiness-network.ts';
import type { Connection } from '../connection.ts';
import { hasStatus, KubernetesError } from '../kubernetes-error.ts';
import { getObject, listObjects } from '../objects.ts';

interface ServiceReference {
  name: string;
  namespace: string;
  path?: string;
  port?: number;
}

/** The Services behind the webhooks of a configuration: there, with endpoints, and answering. By `namespace/name`. */
export async function webhookBackends(
  connection: Connection,
  configuration: KubernetesObject,
  signal?: AbortSignal,
): Promise<Record<string, WebhookBackend>> {
  const webhooks = (configuration.webhooks ?? []) as { clientConfig?: { service?: ServiceReference } }[];
  const services = new Map<string, ServiceReference>();
  for (const { clientConfig } of webhooks)
    if (clientConfig?.service)
      services.set(`${clientConfig.service.namespace}/${clientConfig.service.name}`, clientConfig.service);
  const entries = [...services].map(
    async ([key, service]) => [key, await backendOf(connection, service, signal)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

async function backendOf(
  connection: Connection,
  service: ServiceReference,
  signal?: AbortSignal,
): Promise<WebhookBackend> {
  const { name, namespace } = service;
  try {
    const found = await getObject(connection, { apiVersion: 'v1', kind: 'Service', name, namespace }, signal);
    if (!found) return { exists: false, ready: 0, silent: undefined };
    const ready = await readyEndpoints(connection, service, signal);
    return { exists: true, ready, silent: ready === 0 ? undefined : await silence(connection, service, signal) };
  } catch (error) {
    signal?.throwIfAborted();
    // Who may not look there takes it to be well; the server's answer to what it admits still counts.
    if (hasStatus(error, 403)) return { exists: true, ready: undefined, silent: undefined };
    return { exists: true, ready: undefined, silent: messageOf(error) };
  }
}

interface EndpointSlice {
  endpoints?: { conditions?: { ready?: boolean | null } }[] | null;
}

async function readyEndpoints(
  connection: Connection,
  { name, namespace }: ServiceReference,
  signal?: AbortSignal,
): Promise<number> {
  const labelSelector = `kubernetes.io/service-name=${name}`;
  const query = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', namespace, labelSelector };
  const slices = await listObjects(connection, query, signal);
  const endpoints = slices.flatMap((slice) => (slice as EndpointSlice).endpoints ?? []);
  return endpoints.filter(({ conditions }) => conditions?.ready !== false).length;
}

/**
 * Why nothing answers, asked through the API server's proxy with a GET, which no webhook takes for a review. Any answer of the
 * program itself will do, be it that it does not like the question.
 */
async function silence(
  connection: Connection,
  { name, namespace, port = 443, path = '/' }: ServiceReference,
  signal?: AbortSignal,
): Promise<string | undefined> {
  try {
    await connection.request({
      path: `/api/v1/namespaces/${namespace}/services/https:${name}:${port}/proxy${path}`,
      accept: '*/*',
      timeoutMs: 5000,
      signal,
    });
    return undefined;
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof KubernetesError)) return messageOf(error);
    const fromServer = error.details.status === 'Failure' && error.reason === 'ServiceUnavailable';
    return fromServer ? error.message : undefined;
  }
}
