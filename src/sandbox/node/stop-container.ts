import { pause } from '../informer.ts';
import { unwrapShell } from '../workloads/shell.ts';
import type { RunningContainer } from './container.ts';

/**
 * The pre-stop hook, SIGTERM, and SIGKILL after the grace period, which counts from the beginning. Exit code 0 when the
 * process ended by itself, 137 when it had to be killed.
 */
export async function stopContainer(
  container: RunningContainer,
  graceSeconds: number,
  shorten: (ms: number) => number,
): Promise<{ exitCode: number; reason: string }> {
  const ending = new AbortController();
  const late = pause(shorten(graceSeconds * 1000), ending.signal).then(() => 'late' as const);
  const orderly = async () => {
    const hookMs = preStopMs(container);
    if (hookMs > 0) await pause(shorten(hookMs), ending.signal);
    await container.process.stop();
    return 'ended' as const;
  };
  const how = graceSeconds === 0 ? 'late' : await Promise.race([orderly(), late]);
  ending.abort();
  if (how === 'ended') return { exitCode: 0, reason: 'Completed' };
  container.process.kill();
  return { exitCode: 137, reason: 'Error' };
}

/** How long the hook takes: a `sleep`, written as an action or as a command; other commands end at once. */
function preStopMs(container: RunningContainer): number {
  const hook = container.spec.lifecycle?.preStop;
  if (hook?.sleep) return hook.sleep.seconds * 1000;
  const [name, seconds] = unwrapShell(hook?.exec?.command ?? [], {});
  return name?.split('/').at(-1) === 'sleep' ? Number.parseFloat(seconds ?? '0') * 1000 || 0 : 0;
}
