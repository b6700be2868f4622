import type { SystemOfContainer } from './container-system.ts';

/** Where the token of a pod's ServiceAccount is mounted (`plugin/pkg/admission/serviceaccount`). */
const tokenFile = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** The token that a program finds in its container, as it is now. Throws where none is mounted. */
export async function accountToken(system: SystemOfContainer): Promise<string> {
  const files = await system.files();
  if (!files.find(tokenFile)) throw new Error(`open ${tokenFile}: no such file or directory`);
  return files.read(tokenFile).toString();
}
