import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { type Generator, startGenerator } from './generator.ts';
import type { IntervalMessage } from './recorder.ts';
import type { Scenario } from './scenario.ts';
import type { Share } from './source.ts';
import { createTransport, type LoadAddress } from './transport.ts';

/** What the engine gives a worker to begin with. */
export interface WorkerData {
  scenario: Scenario;
  address: LoadAddress;
  share: Share;
}

/** `start`: the common start on the monotonic clock that all threads share, in ms. */
export type WorkerOrder = { type: 'start'; at: number } | { type: 'stop' };
export type WorkerMessage = { type: 'ready' } | IntervalMessage;

// performance.now() is cheaper than hrtime but begins anew in each thread; the difference is taken once.
const offset = Number(process.hrtime.bigint()) / 1e6 - performance.now();

function serve(port: MessagePort, { scenario, address, share }: WorkerData): void {
  let generator: Generator | undefined;
  const post = (message: WorkerMessage) => port.postMessage(message);
  port.on('message', (order: WorkerOrder) => {
    if (order.type === 'stop') return generator?.stop();
    generator = startGenerator({
      scenario,
      address,
      share,
      clock: () => performance.now() + offset - order.at,
      createTransport,
      onInterval(message) {
        post(message);
        // The engine has everything; nothing must keep this thread alive.
        if (message.last) port.close();
      },
    });
  });
  post({ type: 'ready' });
}

if (parentPort) serve(parentPort, workerData as WorkerData);
