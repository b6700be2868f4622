import { setMaxListeners } from 'node:events';
import { parseBytes } from '../../kubernetes/quantity.ts';
import type { WorkloadProcess } from '../workloads/image.ts';
import type { WorkloadRequest, WorkloadResponse } from '../workloads/messages.ts';
import type { Pipe } from '../workloads/shell/streams.ts';
import type { SystemOfContainer } from './container-system.ts';
import type { ContainerLog } from './logs.ts';
import type { ContainerSpec } from './pod.ts';

/** One run of a container. */
export interface RunningContainer {
  readonly spec: ContainerSpec;
  readonly id: string;
  /** Bytes; infinite without a limit. */
  readonly memoryLimit: number;
  readonly process: WorkloadProcess;
  readonly log: ContainerLog;
  readonly system: SystemOfContainer;
  /** Where attached clients write; undefined unless the container has a standard input. */
  readonly stdin: Pipe | undefined;
  /** Aborted when it ends: everything that was started in it ends too. */
  readonly signal: AbortSignal;
  /** Like the process', but rejects when the container ends before it has answered: the connection is reset. */
  handle(request: WorkloadRequest, port: number): Promise<WorkloadResponse> | undefined;
  /** It has ended: what is open is reset, followers of its log end. */
  end(): void;
}

export function createRunningContainer(
  spec: ContainerSpec,
  id: string,
  process: WorkloadProcess,
  log: ContainerLog,
  inside: { system: SystemOfContainer; stdin: Pipe | undefined },
): RunningContainer {
  const ending = new AbortController();
  // As many commands and connections as there are listen for its end.
  setMaxListeners(0, ending.signal);
  const open = new Set<(error: Error) => void>();
  const limit = spec.resources?.limits?.memory;
  return {
    spec,
    id,
    memoryLimit: limit ? parseBytes(limit) : Number.POSITIVE_INFINITY,
    process,
    log,
    ...inside,
    signal: ending.signal,
    handle(request, port) {
      const answer = process.handle(request, port);
      if (!answer) return undefined;
      return new Promise((resolve, reject) => {
        open.add(reject);
        answer.then(resolve, reject).finally(() => open.delete(reject));
      });
    },
    end() {
      for (const reset of open) reset(new Error('connection reset by peer'));
      open.clear();
      ending.abort();
      inside.stdin?.end();
      log.end();
    },
  };
}
