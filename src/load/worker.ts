import { parentPort, workerData } from 'node:worker_threads';
import { startGenerator } from './generator.ts';
import type { IntervalMessage } from './recorder.ts';
import type { Scenario } from './scenario.ts';
import type { Share } from './source.ts';
import { createTransport, type LoadAddress } from './transport.ts';

/** What the engine gives a worker to begin with. */
export interface WorkerData {
  scenario: Scenario;
  address: LoadAddress;
  share: Share;
  /** The common start on the monotonic clock that all threads share, in ms. */
  startAt: number;
}

export type WorkerMessage = IntervalMessage;

// performance.now() is cheaper than hrtime but begins anew in each thread; the difference is taken once.
const offset = Number(process.hrtime.bigint()) / 1e6 - performance.now();

if (parentPort) {
  const port = parentPort;
  const { scenario, address, share, startAt } = workerData as WorkerData;
  const generator = startGenerator({
    scenario,
    address,
    share,
    clock: () => performance.now() + offset - startAt,
    createTransport,
    onInterval(message) {
      port.postMessage(message satisfies WorkerMessage);
      // The engine has everything; nothing must keep this thread alive.
      if (message.last) port.close();
    },
  });
  port.on('message', (message) => {
    if (message === 'stop') generator.stop();
  });
}
