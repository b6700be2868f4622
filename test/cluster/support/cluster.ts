import { inject } from 'vitest';
import { startWholeSandbox } from '../../support/whole-sandbox.ts';
import { createHttp, type Http } from './http.ts';
import type { ClusterAccess } from './provided.ts';

/** The cluster that a file of the suite talks to, over plain HTTPS: which one, the file need not know. */
export interface ClusterUnderTest extends Http {
  /** `sandbox`: the embedded one, in this process. `real`: a control plane with our nodes. `given`: the one of KUBECONFIG. */
  on: 'sandbox' | 'real' | 'given';
  access: ClusterAccess;
  /** True where the suite may create what is not in a namespace, and where the nodes are ours. */
  ours: boolean;
  /** Makes a namespace with a name of its own; it is deleted when the file ends. */
  namespace(): Promise<string>;
  /** To be called after all tests of the file. */
  close(): Promise<void>;
}

let count = 0;

/**
 * Connects to the cluster that this run is about. A sandbox is started for the file, at the speed of the real one's nodes; or faster,
 * where a file waits for pods most of its time and tells nothing of times.
 */
export async function openCluster({ speed = 5 }: { speed?: number } = {}): Promise<ClusterUnderTest> {
  const { on, access, stop } = await reach(speed);
  const http = createHttp(access);
  const namespaces: string[] = [];
  return {
    ...http,
    on,
    access,
    ours: on !== 'given',
    async namespace() {
      const name = `suite-${process.pid}-${Date.now().toString(36)}-${++count}`;
      const made = await http.post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
      if (made.status !== 201) throw new Error(`no namespace: ${made.text}`);
      namespaces.push(name);
      // A pod needs the account that a controller puts there.
      await http.until(`/api/v1/namespaces/${name}/serviceaccounts/default`, ({ status }) => status === 200);
      return name;
    },
    async close() {
      for (const name of namespaces) await http.remove(`/api/v1/namespaces/${name}`);
      http.end();
      await stop();
    },
  };
}

async function reach(speed: number) {
  const real = inject('realCluster');
  if (process.env.CLUSTER_UNDER_TEST === 'real' && real)
    return { on: real.given ? ('given' as const) : ('real' as const), access: real, stop: async () => {} };
  const sandbox = await startWholeSandbox(speed);
  const { url, ca, token } = sandbox.server;
  const access: ClusterAccess = { server: url, ca, token, kubeconfig: sandbox.kubeconfig };
  return { on: 'sandbox' as const, access, stop: sandbox.close };
}
