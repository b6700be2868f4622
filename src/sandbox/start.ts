import { randomBytes } from 'node:crypto';
import { innerPart, type User } from './api/auth/user.ts';
import { startApiServer } from './api/server.ts';
import { createApiClient } from './client.ts';
import { startControllers } from './controllers/start.ts';
import { startNodes } from './node/start.ts';
import { createPace } from './pace.ts';
import { announceMetrics, seedCluster } from './seed.ts';
import type { ImageRule } from './workloads/image-rules.ts';

export interface SandboxOptions {
  /** Of the API server; 0 for any free one. */
  port: number;
  /** Each has 8 cores, 16 Gi of memory and 100 Gi of storage. */
  nodes: number;
  /** Shortens pod start-up and the controllers' periods and nothing else. */
  speed: number;
  /** Images that fail, and how. */
  images?: readonly ImageRule[];
  /** Hears what a controller has to try again. */
  onError?: (error: Error) => void;
}

export interface Sandbox {
  url: string;
  port: number;
  ca: string;
  /** The owner's; nobody else's is accepted from outside. */
  token: string;
  /** How long no client but the cluster's own parts has asked for anything, in milliseconds. */
  idleMs(): number;
  stop(): Promise<void>;
}

/** Starts an embedded cluster in this process: API server, controllers, nodes. Resolves when it is ready for clients. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const [token, inner] = [secret(), secret()];
  const clients = trackClients();
  const server = await startApiServer({ port: options.port, token, innerToken: inner, onRequest: clients.onRequest });
  const connect = (userAgent: string) =>
    createApiClient({ server: server.url, ca: server.ca, token: inner, userAgent, dial: server.dial });
  const pace = createPace(options.speed);
  const [controllerClient, nodeClient] = [connect('kube-controller-manager'), connect('kubelet')];
  const seeder = connect('kube-apiserver');
  const stops: (() => void)[] = [() => controllerClient.close(), () => nodeClient.close(), () => seeder.close()];
  const stop = async () => {
    for (const end of stops.reverse()) end();
    await server.close();
  };
  try {
    await seedCluster(seeder, server.port);
    const nodes = startNodes({
      client: nodeClient,
      pace,
      nodes: options.nodes,
      cpu: '8',
      memory: '16Gi',
      storage: '100Gi',
      images: options.images,
    });
    stops.push(() => nodes.stop());
    server.delegate(nodes.delegates);
    const controllers = startControllers(controllerClient, pace, options.onError);
    stops.push(() => controllers.stop());
    await Promise.all([nodes.synced, controllers.synced]);
    await announceMetrics(seeder);
    seeder.close();
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: server.url, port: server.port, ca: server.ca, token, idleMs: clients.idleMs, stop };
}

function secret(): string {
  return randomBytes(24).toString('base64url');
}

/** Watches the requests of all but the cluster's own parts; one that is still open, such as a watch, counts as use. */
function trackClients() {
  let open = 0;
  let last = performance.now();
  return {
    onRequest(user: User) {
      if (user === innerPart) return undefined;
      open += 1;
      return () => {
        open -= 1;
        last = performance.now();
      };
    },
    idleMs: () => (open > 0 ? 0 : performance.now() - last),
  };
}
