import type { RunningContainer } from './container.ts';
import type { PodWorker } from './pod-worker.ts';

/** Free addresses of one node's pod range `10.244.<node>.0/24`, the lowest that was not used lately first. */
export function createAddressRange(node: number): { take(): string; free(address: string): void } {
  const used = new Set<number>();
  let last = 1;
  return {
    take() {
      for (let step = 1; step <= 253; step += 1) {
        const host = 2 + ((last - 2 + step) % 253);
        if (used.has(host)) continue;
        used.add(host);
        last = host;
        return `10.244.${node}.${host}`;
      }
      throw new Error(`failed to allocate for range 0: no IP addresses available in range set: 10.244.${node}.1-254`);
    },
    free(address) {
      used.delete(Number(address.split('.').at(-1)));
    },
  };
}

/** The container that listens on this port of a pod. */
export function listener(worker: PodWorker | undefined, port: number): RunningContainer | undefined {
  for (const container of worker?.running.values() ?? []) if (container.process.listens(port)) return container;
  return undefined;
}
