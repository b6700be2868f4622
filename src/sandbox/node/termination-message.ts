import type { ContainerLog } from './logs.ts';
import { selectLines } from './logs.ts';
import type { ContainerSpec } from './pod.ts';

/** `MaxContainerTerminationMessage…` in `pkg/kubelet/container/runtime.go`. */
const longestMessage = 4096;
const longestLog = 2048;
const mostLines = 80;

/** Where a container may write why it ended. */
export function terminationPath({ terminationMessagePath }: ContainerSpec): string {
  return terminationMessagePath || '/dev/termination-log';
}

/**
 * Why a container ended: the runtime's own words, if any, then what the container left in its file, or the end of its log when
 * it failed without a word and its policy says so (`pkg/kubelet/kuberuntime/kuberuntime_container.go`,
 * convertToKubeContainerStatus).
 */
export function terminationMessage(
  spec: ContainerSpec,
  ended: { exitCode: number; message?: string | undefined; log: ContainerLog },
  written: (path: string) => Buffer | undefined,
): string | undefined {
  const left = written(terminationPath(spec))?.subarray(-longestMessage).toString() ?? '';
  const fallsBack = spec.terminationMessagePolicy === 'FallbackToLogsOnError' && ended.exitCode !== 0;
  const own = left === '' && fallsBack ? endOf(ended.log) : left;
  const parts = [ended.message ?? '', own].filter((part) => part !== '');
  return parts.length > 0 ? parts.join(': ') : undefined;
}

function endOf(log: ContainerLog): string {
  const text = selectLines(log.lines(), { tailLines: mostLines }, Date.now());
  return Buffer.from(text).subarray(-longestLog).toString();
}
