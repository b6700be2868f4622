import { messageOf } from '../../base/errors.ts';
import { pause } from '../informer.ts';
import { executeQuietly } from '../workloads/shell/execute.ts';
import type { RunningContainer } from './container.ts';
import type { Hook } from './pod.ts';
import { runProbe } from './probe.ts';

/**
 * Carries out a `postStart` or `preStop`: a command, a request or a sleep. Undefined when it went well, else why not, in the
 * kubelet's words (`pkg/kubelet/lifecycle/handlers.go`). A `sleep` is part of a pod's start or end and is shortened.
 */
export async function runHook(
  hook: Hook,
  container: RunningContainer,
  podIP: string,
  signal: AbortSignal,
  shorten: (ms: number) => number,
): Promise<string | undefined> {
  const { spec, process, system } = container;
  const slept = hook.sleep?.seconds ?? sleepOf(hook.exec?.command ?? []);
  if (slept !== undefined) {
    await pause(shorten(slept * 1000), signal);
    return undefined;
  }
  if (hook.exec) {
    const command = hook.exec.command ?? [];
    const failed = (why: string, output: string) =>
      `Exec lifecycle hook ([${command.join(' ')}]) for Container "${spec.name}" failed - error: ${why}, message: "${output}"`;
    try {
      const { exitCode, output } = await executeQuietly(system, command, signal);
      return exitCode === 0 || signal.aborted
        ? undefined
        : failed(`command '${command.join(' ')}' exited with ${exitCode}: ${output}`, output);
    } catch (error) {
      return failed(messageOf(error), '');
    }
  }
  const { success, output } = await runProbe({ httpGet: hook.httpGet ?? { port: 0 } }, spec, process, podIP, system);
  return success
    ? undefined
    : `HTTP lifecycle hook (${hook.httpGet?.path ?? ''}) for Container "${spec.name}" failed - error: ${output}`;
}

/** `sleep 5`, also as `sh -c 'sleep 5'`. */
function sleepOf(command: readonly string[]): number | undefined {
  const text = (command[1] === '-c' ? (command[2] ?? '') : command.join(' ')).trim();
  const seconds = /^(?:\/bin\/)?sleep (\d+(?:\.\d+)?)s?$/.exec(text)?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}
