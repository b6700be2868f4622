import { messageOf } from '../base/errors.ts';
import { connect } from './connect/connect.ts';
import type { ClusterChoice, Connection } from './connection.ts';

export type Reachability = { reachable: true; version: string } | { reachable: false; reason: string };

const patienceMs = 3000;

/** Asks the cluster for its version; answers within three seconds, whatever happens, an exec plugin's time included. */
export async function probeContext(choice: ClusterChoice, signal?: AbortSignal): Promise<Reachability> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<Reachability>((resolve) => {
    timer = setTimeout(() => resolve({ reachable: false, reason: 'No answer within 3 s' }), patienceMs);
  });
  try {
    return await Promise.race([ask(choice, signal), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

async function ask(choice: ClusterChoice, signal: AbortSignal | undefined): Promise<Reachability> {
  let connection: Connection | undefined;
  try {
    connection = await connect(choice);
    const request = { path: '/version', signal, timeoutMs: patienceMs - 200 };
    const { body } = await connection.request<{ gitVersion?: string }>(request);
    return { reachable: true, version: body.gitVersion ?? 'unknown version' };
  } catch (error) {
    return { reachable: false, reason: messageOf(error) };
  } finally {
    connection?.close();
  }
}
