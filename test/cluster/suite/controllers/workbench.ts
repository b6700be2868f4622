import { expect, vi } from 'vitest';
import type { ClusterUnderTest } from '../../support/cluster.ts';
import type { Event } from '../../support/http.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into whatever a server says.
export type Anything = any;

const groups: Record<string, string> = {
  deployments: '/apis/apps/v1',
  replicasets: '/apis/apps/v1',
  statefulsets: '/apis/apps/v1',
  daemonsets: '/apis/apps/v1',
  controllerrevisions: '/apis/apps/v1',
  jobs: '/apis/batch/v1',
  cronjobs: '/apis/batch/v1',
};

/** One namespace of a cluster, with what tests of workloads do again and again. */
export interface Workbench {
  namespace: string;
  at(resource: string, name?: string): string;
  /** Throws unless the server took it. */
  make(resource: string, object: object): Promise<Anything>;
  read(resource: string, name: string): Promise<Anything>;
  merge(resource: string, name: string, patch: object): Promise<Anything>;
  /** Sorted by name. */
  list(resource: string, labelSelector?: string): Promise<Anything[]>;
  /** Waits for one object to be as wanted. */
  until(resource: string, name: string, wanted: (object: Anything) => boolean): Promise<Anything>;
  /** Waits for a list to be as wanted; its items sorted by name. */
  untilAll(resource: string, wanted: (items: Anything[]) => boolean, labelSelector?: string): Promise<Anything[]>;
  gone(resource: string, name: string): Promise<void>;
  /** Events about one object as `type reason: message`, once one of them matches. */
  events(name: string, wanted: RegExp): Promise<string[]>;
  /** What a watch of a resource says from now on; `stop` ends it once it has told all that happened before. */
  record(resource: string): Promise<{ seen: Event[]; stop(): Promise<void> }>;
}

export async function openWorkbench(cluster: ClusterUnderTest): Promise<Workbench> {
  const namespace = await cluster.namespace();
  const at: Workbench['at'] = (resource, name) =>
    `${groups[resource] ?? '/api/v1'}/namespaces/${namespace}/${resource}${name ? `/${name}` : ''}`;
  const taken = (status: number, text: string) => {
    if (status >= 300) throw new Error(`refused with ${status}: ${text}`);
  };
  const untilAll: Workbench['untilAll'] = async (resource, wanted, labelSelector) => {
    const query = labelSelector ? { query: { labelSelector } } : {};
    const { body } = await cluster.until(at(resource), (answer) => wanted(byName(answer.body.items)), query);
    return byName(body.items);
  };
  return {
    namespace,
    at,
    untilAll,
    async make(resource, object) {
      const { status, text, body } = await cluster.post(at(resource), object);
      taken(status, text);
      return body;
    },
    async read(resource, name) {
      const { status, text, body } = await cluster.get(at(resource, name));
      taken(status, text);
      return body;
    },
    async merge(resource, name, patch) {
      const { status, text, body } = await cluster.patch(at(resource, name), patch, 'merge-patch+json');
      taken(status, text);
      return body;
    },
    list: (resource, labelSelector) => untilAll(resource, () => true, labelSelector),
    async until(resource, name, wanted) {
      return (await cluster.until(at(resource, name), ({ status, body }) => status === 200 && wanted(body))).body;
    },
    async gone(resource, name) {
      await cluster.until(at(resource, name), ({ status }) => status === 404);
    },
    async events(name, wanted) {
      const query = { fieldSelector: `involvedObject.name=${name}` };
      const lines = (items: Anything[]) => items.map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
      const matching = (answer: Anything) => lines(answer.body.items).some((line) => wanted.test(line));
      return lines((await cluster.until(at('events'), matching, { query })).body.items);
    },
    async record(resource) {
      const { body } = await cluster.get(at(resource));
      const ending = new AbortController();
      const seen: Event[] = [];
      const { resourceVersion } = body.metadata;
      const read = async () => {
        for await (const event of cluster.watch(at(resource), ending.signal, { query: { resourceVersion } }))
          seen.push(event);
      };
      read().catch((error) => {
        if (!ending.signal.aborted) throw error;
      });
      return {
        seen,
        async stop() {
          const { body } = await cluster.get(at(resource));
          await vi.waitFor(() => expect(behind(seen, body, resourceVersion)).toEqual([]), { timeout: 10_000 });
          ending.abort();
        },
      };
    },
  };
}

/** Names of objects of which a watch from `start` on has not told the last before a list was made of them. */
function behind(seen: readonly Event[], list: Anything, start: string): string[] {
  const made = Number(list.metadata.resourceVersion);
  // What came after the list is not in it: made, changed or made again by other tests.
  const before = seen.filter(({ object }) => Number(object.metadata.resourceVersion) <= made);
  const last = new Map(
    before.map(({ type, object }) => [object.metadata.name as string, { type, ...object.metadata }]),
  );
  const items: Anything[] = list.items.map(({ metadata }: Anything) => metadata);
  const late = items.filter(
    ({ name, resourceVersion }) => Number(last.get(name)?.resourceVersion ?? start) < Number(resourceVersion),
  );
  const there = new Set(items.map(({ name }) => name));
  const going = [...last].filter(([name, { type }]) => !there.has(name) && type !== 'DELETED');
  return [...late.map(({ name }) => name), ...going.map(([name]) => name)];
}

function byName(items: Anything[]): Anything[] {
  return [...items].sort((left, right) => (left.metadata.name < right.metadata.name ? -1 : 1));
}

/** A pod template for an app; the image decides what becomes of the pod. */
export function template(app: string, image = 'web:1', pod: object = {}): Anything {
  return {
    metadata: { labels: { app } },
    spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'web', image }], ...pod },
  };
}

/** No registry has it: its pods stay Pending. */
export const missingImage = 'web:does-not-exist';

export function workload(kind: string, name: string, spec: object = {}): Anything {
  const apiVersion = kind === 'Job' || kind === 'CronJob' ? 'batch/v1' : 'apps/v1';
  const own = { selector: { matchLabels: { app: name } }, template: template(name) };
  return { apiVersion, kind, metadata: { name }, spec: { ...own, ...spec } };
}

/** Conditions by type, times left out. */
export function conditionsOf({
  status,
}: Anything): Record<string, { status: string; reason: string; message: string }> {
  const told = (status?.conditions ?? []).map(({ type, status: is, reason, message }: Anything) => [
    type,
    { status: is, reason, message },
  ]);
  return Object.fromEntries(told);
}

/** The status without its conditions. */
export function countsOf({ status }: Anything): Record<string, unknown> {
  const { conditions: _, ...counts } = status;
  return counts;
}
