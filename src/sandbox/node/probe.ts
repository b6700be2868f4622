import { messageOf } from '../../base/errors.ts';
import type { WorkloadProcess } from '../workloads/image.ts';
import { executeQuietly } from '../workloads/shell/execute.ts';
import type { ContainerSystem } from '../workloads/system.ts';
import type { ContainerSpec, ProbeSpec } from './pod.ts';

export interface ProbeCount {
  successes: number;
  failures: number;
}

/** Counts in a row against the thresholds; the verdict is undefined while neither is reached (`prober/worker.go`). */
export function countProbe(
  count: ProbeCount,
  success: boolean,
  probe: Pick<ProbeSpec, 'successThreshold' | 'failureThreshold'>,
): { count: ProbeCount; verdict: 'success' | 'failure' | undefined } {
  const next = success
    ? { successes: count.successes + 1, failures: 0 }
    : { successes: 0, failures: count.failures + 1 };
  if (success) return { count: next, verdict: next.successes >= (probe.successThreshold ?? 1) ? 'success' : undefined };
  return { count: next, verdict: next.failures >= (probe.failureThreshold ?? 3) ? 'failure' : undefined };
}

export interface ProbeResult {
  success: boolean;
  /** Why not, as the kubelet's Unhealthy event says it. */
  output: string;
}

/** Asks a container once. `timeoutSeconds` counts in real seconds: answers are never sped up. */
export async function runProbe(
  probe: ProbeSpec,
  container: ContainerSpec,
  process: WorkloadProcess,
  podIP: string,
  system: ContainerSystem,
): Promise<ProbeResult> {
  if (probe.exec) return probeCommand(probe, system);
  if (probe.httpGet) return probeHttp(probe, container, process, podIP);
  const port = portNumber(probe.tcpSocket?.port ?? probe.grpc?.port ?? 0, container);
  const success = process.listens(port);
  return { success, output: success ? '' : `dial tcp ${podIP}:${port}: connect: connection refused` };
}

/** The output is the reason; a command that takes too long is cut off. */
async function probeCommand({ exec, timeoutSeconds = 1 }: ProbeSpec, system: ContainerSystem): Promise<ProbeResult> {
  const ending = new AbortController();
  const timer = setTimeout(() => ending.abort(), timeoutSeconds * 1000);
  try {
    const { exitCode, output } = await executeQuietly(system, exec?.command ?? [], ending.signal);
    if (ending.signal.aborted)
      return {
        success: false,
        output: `command timed out: "${exec?.command?.join(' ')}" timed out after ${timeoutSeconds}s`,
      };
    return { success: exitCode === 0, output: output.trim() };
  } catch (error) {
    return {
      success: false,
      output: `OCI runtime exec failed: exec failed: unable to start container process: ${messageOf(error)}: unknown`,
    };
  } finally {
    clearTimeout(timer);
  }
}

async function probeHttp(probe: ProbeSpec, container: ContainerSpec, process: WorkloadProcess, podIP: string) {
  const { path = '/', port: asked = 80, scheme = 'HTTP', httpHeaders = [] } = probe.httpGet ?? {};
  const port = portNumber(asked, container);
  const url = `${scheme.toLowerCase()}://${podIP}:${port}${path}`;
  const headers = Object.fromEntries(httpHeaders.map(({ name, value }) => [name.toLowerCase(), value]));
  const request = { method: 'GET', url: path, headers: { 'user-agent': 'kube-probe/1.36', ...headers }, body: '' };
  const answer = process.handle({ ...request, remoteAddress: 'kubelet' }, port);
  if (!answer)
    return { success: false, output: `Get "${url}": dial tcp ${podIP}:${port}: connect: connection refused` };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, (probe.timeoutSeconds ?? 1) * 1000, undefined);
  });
  const response = await Promise.race([answer, late]).finally(() => clearTimeout(timer));
  if (!response)
    return {
      success: false,
      output: `Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
    };
  const success = response.status >= 200 && response.status < 400;
  return { success, output: success ? '' : `HTTP probe failed with statuscode: ${response.status}` };
}

/** A port by number, or by the name that the container gives it. */
export function portNumber(port: number | string, container: ContainerSpec): number {
  if (typeof port === 'number') return port;
  return container.ports?.find((one) => one.name === port)?.containerPort ?? Number(port);
}
