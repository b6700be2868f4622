import type { ClusterUnderTest } from '../../support/cluster.ts';

/** A pod that does nothing and is there at once: its image is small to every node. */
export function pod(name: string, spec: object = {}, metadata: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...metadata },
    spec: { terminationGracePeriodSeconds: 1, containers: [container()], ...spec },
  };
}

export function container(more: object = {}): object {
  return { name: 'main', image: 'web:1', ...more };
}

/** A Deployment of such pods, labelled `app: name`. */
export function deployment(name: string, replicas: number, pod: { spec?: object; annotations?: object } = {}): object {
  const labels = { app: name };
  const spec = { terminationGracePeriodSeconds: 1, containers: [container()], ...pod.spec };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels, annotations: pod.annotations ?? {} }, spec },
    },
  };
}

/** A name that no other run uses, for objects outside namespaces. */
export function uniqueName(base: string): string {
  return `${base}-${process.pid}-${Date.now().toString(36)}`;
}

export interface SeenEvent {
  type: string;
  reason: string;
  message: string;
  reportingComponent: string;
}

/** Waits for an event about an object and returns it. */
export async function eventAbout(
  cluster: ClusterUnderTest,
  namespace: string,
  name: string,
  wanted: { reason: string; message?: string },
): Promise<SeenEvent> {
  const matches = (event: SeenEvent) =>
    event.reason === wanted.reason && (wanted.message === undefined || event.message === wanted.message);
  const { body } = await cluster.until(
    `/api/v1/namespaces/${namespace}/events?fieldSelector=involvedObject.name%3D${name}`,
    ({ body }) => (body.items as SeenEvent[]).some(matches),
  );
  return (body.items as SeenEvent[]).find(matches) as SeenEvent;
}

/** Creates an object that has to be accepted, and returns what the server made of it. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into whatever a server says.
export async function create(cluster: ClusterUnderTest, path: string, object: object): Promise<any> {
  const made = await cluster.post(path, object);
  if (made.status !== 201) throw new Error(`${path}: ${made.status} ${made.text}`);
  return made.body;
}
