import { Problem } from '../../../src/base/errors.ts';
import type { Connection, KubernetesRequest } from '../../../src/cluster/connection.ts';
import { KubernetesError } from '../../../src/cluster/kubernetes-error.ts';
import type { KubernetesObject } from '../../../src/kubernetes/object.ts';

/** An API server that knows leases and namespaces, with optimistic concurrency, and whatever trouble a test wants. */
export interface FakeLeases {
  connection: Connection;
  /** By name. */
  leases: Map<string, KubernetesObject>;
  requests: string[];
  /** Thrown instead of an answer while it is set. */
  trouble: Error | undefined;
  /** A change behind everybody's back. */
  edit(name: string, change: (lease: KubernetesObject) => void): void;
}

export function fakeLeases({ namespace = true } = {}): FakeLeases {
  const leases = new Map<string, KubernetesObject>();
  let version = 0;
  let exists = namespace;
  const refuse = (code: number, reason: string) => {
    throw new KubernetesError(code, { code, reason, message: reason }, 'here');
  };
  const store = (object: KubernetesObject) => {
    version += 1;
    const stored = structuredClone(object);
    stored.metadata.resourceVersion = String(version);
    leases.set(stored.metadata.name, stored);
    return structuredClone(stored);
  };
  const answer = ({ method = 'GET', path, body }: KubernetesRequest): unknown => {
    if (path === '/api/v1/namespaces') {
      if (exists) refuse(409, 'AlreadyExists');
      exists = true;
      return body;
    }
    const name = path.split('/')[7];
    const there = name === undefined ? undefined : leases.get(name);
    const object = body as KubernetesObject;
    if (method === 'POST') {
      if (!exists) refuse(404, 'NotFound');
      if (leases.has(object.metadata.name)) refuse(409, 'AlreadyExists');
      return store(object);
    }
    if (!there) return refuse(404, 'NotFound');
    if (method === 'GET') return structuredClone(there);
    if (object.metadata.resourceVersion !== there.metadata.resourceVersion) refuse(409, 'Conflict');
    return store(object);
  };
  const fake: FakeLeases = {
    leases,
    requests: [],
    trouble: undefined,
    connection: {
      info: { context: 'fake', server: '', namespace: 'x', sandbox: false },
      async request(request: KubernetesRequest) {
        // An answer takes its time, so that others come in between.
        await new Promise((resolve) => setImmediate(resolve));
        fake.requests.push(`${request.method ?? 'GET'} ${request.path}`);
        if (fake.trouble) throw fake.trouble;
        return { status: 200, headers: {}, body: answer(request) };
      },
    } as unknown as Connection,
    edit(name, change) {
      const lease = leases.get(name);
      if (!lease) throw new Problem(`there is no lease ${name}`);
      change(lease);
      store(lease);
    },
  };
  return fake;
}
