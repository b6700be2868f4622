import type { ClusterChoice } from '../cluster/connection.ts';

/**
 * Lets the exec plugin of a context ask the person at the terminal, before a screen or a process without one needs what it
 * gives. Nothing happens without a terminal, or for other credentials. Throws `Problem`.
 */
export async function logIn(choice: ClusterChoice): Promise<void> {
  if (choice.sandbox || choice.none || !process.stdin.isTTY || !process.stderr.isTTY) return;
  const [{ chooseContext }, { readKubeconfig }, { logInOnTerminal }] = await Promise.all([
    import('../cluster/connect/contexts.ts'),
    import('../cluster/connect/kubeconfig.ts'),
    import('../cluster/connect/credentials.ts'),
  ]);
  const config = readKubeconfig(choice.kubeconfig);
  await logInOnTerminal(config, chooseContext(config, choice));
}
