import { pause } from '../informer.ts';
import type { RunningContainer } from './container.ts';
import { runHook } from './hooks.ts';

/**
 * The pre-stop hook, SIGTERM, and SIGKILL after the grace period, which counts from the beginning. The process' own exit
 * code, 0 unless it has one, when it ended by itself; 137 when it had to be killed.
 */
export async function stopContainer(
  container: RunningContainer,
  podIP: string,
  graceSeconds: number,
  shorten: (ms: number) => number,
): Promise<{ exitCode: number; reason: string; hookFault?: string | undefined }> {
  const ending = new AbortController();
  const late = pause(shorten(graceSeconds * 1000), ending.signal).then(() => 'late' as const);
  let hookFault: string | undefined;
  const orderly = async () => {
    const hook = container.spec.lifecycle?.preStop;
    if (hook) hookFault = await runHook(hook, container, podIP, ending.signal, shorten);
    return (await container.process.stop()) ?? 0;
  };
  const how = graceSeconds === 0 ? 'late' : await Promise.race([orderly(), late]);
  ending.abort();
  if (how === 'late') container.process.kill();
  if (how === 'late') return { exitCode: 137, reason: 'Error', hookFault };
  return { exitCode: how, reason: how === 0 ? 'Completed' : 'Error', hookFault };
}
