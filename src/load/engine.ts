import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { messageOf, Problem } from '../base/errors.ts';
import { packageRoot } from '../base/package-root.ts';
import { collectIntervals } from './collect-intervals.ts';
import type { IntervalMessage } from './recorder.ts';
import { withDrawnValues } from './request-values.ts';
import type { LoadResult, LoadSample } from './sample.ts';
import type { Scenario } from './scenario.ts';
import { createSchedule } from './schedule.ts';
import type { LoadAddress } from './transport.ts';
import type { WorkerData, WorkerMessage, WorkerOrder } from './worker.ts';

export interface LoadOptions {
  address: LoadAddress;
  /** Ends the load at once; the result is then of what there was. */
  signal?: AbortSignal | undefined;
  /** Four times a second. */
  onSample?: ((sample: LoadSample) => void) | undefined;
  /** The built worker; the package's own unless a test built another. */
  workerFile?: string | undefined;
}

// One worker holds 20,000 requests a second with two thirds of a core.
const ratePerWorker = 20_000;
// Time for the order to reach all workers.
const headStartMs = 20;
const stopPatienceMs = 2000;

/**
 * Runs a load test. Throws `Problem` when the worker is missing or dies, and when nothing at all answers at the address.
 * Everything that was measured, including a load that was stopped, is a result.
 */
export async function startLoad(wanted: Scenario, options: LoadOptions): Promise<LoadResult> {
  const scenario = withDrawnValues(wanted);
  const workerFile = options.workerFile ?? join(packageRoot(), 'dist/load-worker.js');
  if (!existsSync(workerFile))
    throw new Problem('The load worker is not built', { where: workerFile, next: ['npm run build'] });
  const schedule = createSchedule(scenario);
  const count = workersFor(scenario);
  const workers = Array.from({ length: count }, (_, index) => {
    const workerData: WorkerData = { scenario, address: options.address, share: { index, count } };
    return new Worker(workerFile, { workerData });
  });
  const order = (message: WorkerOrder) => {
    for (const worker of workers) worker.postMessage(message);
  };
  const collected = collectIntervals({
    scenario,
    schedule,
    workers: count,
    address: options.address,
    stop: () => order({ type: 'stop' }),
    onSample: options.onSample,
  });
  const aborted = () => collected.stop();
  try {
    await Promise.all(workers.map(ready));
    order({ type: 'start', at: Number(process.hrtime.bigint()) / 1e6 + headStartMs });
    options.signal?.addEventListener('abort', aborted, { once: true });
    const ended = workers.map((worker, index) =>
      finished(worker, (message) => collected.add(index, message), collected.stopping),
    );
    if (options.signal?.aborted) aborted();
    await Promise.all(ended);
    return collected.result();
  } finally {
    options.signal?.removeEventListener('abort', aborted);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** Workers beside this thread: as many as the rate needs, as far as there are cores. */
export function workersFor(scenario: Scenario, cores = availableParallelism()): number {
  const rate = scenario.open?.rate ?? scenario.steps?.to ?? 1;
  const slots = scenario.closed?.users ?? scenario.connections;
  return Math.max(1, Math.min(cores - 1, Math.ceil(rate / ratePerWorker), slots));
}

/** Resolved when the worker has loaded its code, so that no request is late because of that. */
function ready(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('message', () => resolve());
    watchForDeath(worker, reject);
  });
}

function finished(
  worker: Worker,
  onMessage: (message: IntervalMessage) => void,
  stopping: Promise<void>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let patience: NodeJS.Timeout | undefined;
    const settle = (action: () => void) => {
      if (patience) clearTimeout(patience);
      action();
    };
    worker.on('message', (message: WorkerMessage) => {
      if (message.type !== 'interval') return;
      onMessage(message);
      if (message.last) settle(resolve);
    });
    watchForDeath(worker, (problem) => settle(() => reject(problem)));
    // A worker that hangs must not keep somebody who pressed Ctrl-C.
    void stopping.then(() => {
      patience = setTimeout(resolve, stopPatienceMs);
    });
  });
}

function watchForDeath(worker: Worker, report: (problem: Problem) => void): void {
  worker.once('error', (cause) => report(new Problem(`The load worker failed: ${messageOf(cause)}`, { cause })));
  worker.once('exit', (code) => report(new Problem(`The load worker ended by itself (code ${code})`)));
}
