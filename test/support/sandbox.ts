import type { Delegates } from '../../src/sandbox/api/delegates.ts';
import { type ApiServer, startApiServer } from '../../src/sandbox/api/server.ts';
import { type ApiClient, createApiClient } from '../../src/sandbox/client.ts';
import { writeSandboxKubeconfig } from './cluster.ts';

export interface TestApiServer {
  server: ApiServer;
  client: ApiClient;
  /** Path of a kubeconfig with the context `sandbox`. */
  kubeconfig: string;
  /** One request as it stands, for what a client hides: headers, raw bodies, odd methods. */
  send(method: string, path: string, options?: { body?: string; headers?: Record<string, string> }): Promise<RawAnswer>;
  close(): Promise<void>;
}

export interface RawAnswer {
  status: number;
  headers: Record<string, unknown>;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  json: any;
}

/** The sandbox's API server alone, without controllers and nodes, with the namespace `default` in it. */
export async function startTestApiServer(delegates?: Delegates): Promise<TestApiServer> {
  const server = await startApiServer(delegates ? { delegates } : {});
  const client = createApiClient({ server: server.url, ca: server.ca, token: server.token, userAgent: 'test' });
  await client.create('/api/v1/namespaces', { metadata: { name: 'default' } });
  const kubeconfig = writeSandboxKubeconfig(server, 1);
  const { Agent, request } = await import('undici');
  const dispatcher = new Agent({ connect: { ca: server.ca } });
  return {
    server,
    client,
    kubeconfig,
    async send(method, path, { body, headers = {} } = {}) {
      const answer = await request(`${server.url}${path}`, {
        method: method as 'GET',
        dispatcher,
        headers: { authorization: `Bearer ${server.token}`, ...headers },
        body: body ?? null,
      });
      const text = await answer.body.text();
      return { status: answer.statusCode, headers: answer.headers, text, json: parsed(text) };
    },
    async close() {
      client.close();
      await Promise.all([server.close(), dispatcher.destroy()]);
    },
  };
}

// A watch answers with several lines and a log with none that is JSON.
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
