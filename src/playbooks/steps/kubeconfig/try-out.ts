import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../../cluster/connect/connect.ts';
import { hasStatus } from '../../../cluster/kubernetes-error.ts';

/** What a cluster says of itself. */
export interface Answered {
  /** `v1.36.2` */
  version: string;
  /** How many nodes it has and how many are ready; undefined where these may not be listed. */
  nodes: { all: number; ready: number } | undefined;
}

interface Node {
  status?: { conditions?: { type: string; status: string }[] };
}

/** Asks the cluster of a kubeconfig for its version and its nodes. Throws `Problem` where it does not answer or lets nobody in. */
export async function tryOut(kubeconfig: string, name: string, signal: AbortSignal): Promise<Answered> {
  const folder = await mkdtemp(join(tmpdir(), 'tars-console-'));
  const file = join(folder, 'kubeconfig');
  try {
    await writeFile(file, kubeconfig, { mode: 0o600 });
    const connection = await connect({ sandbox: false, kubeconfig: file, context: name });
    try {
      const { body } = await connection.request<{ gitVersion?: string }>({
        path: '/version',
        signal,
        timeoutMs: 10_000,
      });
      const nodes = await connection
        .request<{ items?: Node[] }>({ path: '/api/v1/nodes', signal, timeoutMs: 10_000 })
        .then(({ body: { items = [] } }) => ({ all: items.length, ready: items.filter(isReady).length }))
        .catch((error: unknown) => {
          if (hasStatus(error, 403)) return undefined;
          throw error;
        });
      return { version: body.gitVersion ?? 'unknown', nodes };
    } finally {
      connection.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function isReady({ status }: Node): boolean {
  return (status?.conditions ?? []).some(({ type, status: is }) => type === 'Ready' && is === 'True');
}
