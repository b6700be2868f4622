import { json, type WorkloadResponse } from '../messages.ts';
import { QueueFull, type WorkerPool } from '../worker-pool.ts';

/** Waits for a worker and holds it for as long as `begin` says. Undefined then; 503 at once where the queue is full. */
export async function whenFree(pool: WorkerPool, begin: () => number): Promise<WorkloadResponse | undefined> {
  try {
    await pool.run(begin);
    return undefined;
  } catch (error) {
    if (!(error instanceof QueueFull)) throw error;
    return json(503, { detail: 'The service is overloaded, try again later' }, { 'retry-after': '1' });
  }
}
