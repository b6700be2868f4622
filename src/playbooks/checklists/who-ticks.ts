import { userInfo } from 'node:os';
import type { Connection } from '../../cluster/connection.ts';

/** Who stands in the list: the user of this machine, and as whom the cluster knows him, `anna, as kubernetes-admin`. */
export async function whoTicks(connection: Connection): Promise<string> {
  const [here, there] = [nameHere(), await nameThere(connection)];
  return there === undefined || there === here ? here : `${here}, as ${there}`;
}

function nameHere(): string {
  try {
    return userInfo().username;
  } catch {
    // A container's user may have no name.
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}

/** Undefined where the server is too old to say it, before 1.28. */
async function nameThere(connection: Connection): Promise<string | undefined> {
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  try {
    const answer = await connection.request<{ status?: { userInfo?: { username?: string } } }>({
      ...{ method: 'POST', path, body },
    });
    return answer.body.status?.userInfo?.username;
  } catch {
    return undefined;
  }
}
