import { createApiClient } from '../../src/sandbox/client.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import { writeSandboxKubeconfig } from './cluster.ts';

/** API server, controllers and nodes together, a client of them, and a kubeconfig with the context `sandbox`. */
export async function startWholeSandbox(speed: number, onError?: (error: unknown) => void) {
  const server = await startSandbox({ port: 0, nodes: 3, speed, ...(onError ? { onError } : {}) });
  const { url, ca, token } = server;
  const client = createApiClient({ server: url, ca, token, userAgent: 'test' });
  const kubeconfig = writeSandboxKubeconfig(server, speed);
  return {
    server,
    client,
    kubeconfig,
    async close() {
      client.close();
      await server.stop();
    },
  };
}
