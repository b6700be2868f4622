import { randomUUID } from 'node:crypto';
import { ask } from '../ask.ts';
import type { ProcessContext } from '../image.ts';
import { json } from '../messages.ts';
import type { MetricsRegistry } from '../prometheus.ts';
import type { ServiceRoute } from '../service/options.ts';
import { askRedis } from './cache.ts';
import { databaseOf } from './migrations.ts';

/** The channel by which pods tell each other what is new. */
const channel = 'atas:executions';
/** One pod runs a test in about this time, ms. */
const runMs = 4000;

/** Tests that wait to be run, and what is told of them live. */
export function createExecutions(context: ProcessContext, registry: MetricsRegistry) {
  const { clock } = context;
  /** When each of them will have been run. */
  const queue: number[] = [];
  const waiting = () => {
    while ((queue[0] ?? Number.POSITIVE_INFINITY) <= clock.now()) queue.shift();
    return queue.length;
  };
  registry.gauge('atas_execution_queue', 'Tests that wait to be run', waiting);

  const accept: ServiceRoute = (request) => {
    if (request.method !== 'POST') return json(200, { waiting: waiting() });
    const id = randomUUID();
    waiting();
    queue.push(Math.max(clock.now(), queue.at(-1) ?? 0) + runMs);
    const at = new Date().toISOString().replace('T', ' ').replace('Z', '+00');
    const { peer, words } = databaseOf(context);
    ask(peer, ['RECORD', ...words, context.pod, 'test_executions', id, 'queued', at]);
    askRedis(context, ['PUBLISH', channel, id]);
    return json(202, { id, status: 'queued' });
  };

  return {
    accept,
    stream: (() => ({
      status: 200,
      headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' },
      body: `event: ready\ndata: {"pod":"${context.pod}","waiting":${waiting()}}\n\n`,
    })) satisfies ServiceRoute,
    /** Says to Redis that this pod still listens: a probe comes often enough for that. */
    subscribe: () => void askRedis(context, ['SUBSCRIBE', channel, 'WHO', context.pod, 'EX', '30']),
  };
}
