import { createCpu } from '../cpu.ts';
import type { ProcessContext, WorkloadImage, WorkloadProcess } from '../image.ts';
import { clientPrograms } from '../programs/clients.ts';
import { logNormal } from '../random.ts';
import { declaredPorts, startServer } from '../server-process.ts';
import { createWorkerPool } from '../worker-pool.ts';
import { addressOf, faultOf } from './dependencies.ts';
import { addProcessMetrics, createHttpMetrics, isProbe } from './http-metrics.ts';
import type { ServiceOptions, Work } from './options.ts';
import { createRoutes } from './routes.ts';
import { tryToReach } from './try-to-reach.ts';
import { whenFree } from './when-free.ts';

const megabyte = 1024 * 1024;

/**
 * The image of an HTTP service that stands for one of the user's: a queue before a fixed number of workers, CPU by load,
 * `/health`, `/ready` by what it needs, `/metrics` in Prometheus' format, and logs. It reaches what it needs before it
 * listens, and ends with 1 when it cannot.
 */
export function createService(options: ServiceOptions): WorkloadImage {
  return {
    size: (options.size ?? 180) * megabyte,
    programs: { ...clientPrograms, ...options.programs },
    start: (context) => startService(context, options),
  };
}

function startService(context: ProcessContext, options: ServiceOptions): WorkloadProcess {
  const { clock } = context;
  const { base, perRequest } = options.memory ?? { base: 140, perRequest: 1.5 };
  const baseCores = options.baseCores ?? 0.01;
  const pool = createWorkerPool(clock, { workers: options.workers, queue: options.queue ?? 512 });
  const cpu = createCpu(clock, { limit: context.cpuLimit, baseCores });
  const active = () => pool.busy + pool.waiting;
  const memoryBytes = () => (base + perRequest * active()) * megabyte;
  const http = createHttpMetrics(options.metricsPrefix ?? '');
  addProcessMetrics(http.registry, options.metricsPrefix ?? '', { active, cpuSeconds: cpu.usedSeconds, memoryBytes });
  const work = (kinds: readonly Work[] = options.serviceMs) =>
    whenFree(pool, () => {
      const drawn = drawWork(kinds, context.random);
      return cpu.work(drawn.ms, drawn.cpuSeconds);
    });
  const route = createRoutes({ context, cpu, registry: http.registry, work }, options);
  let cancel = () => {};
  const server = startServer(context, {
    ports: declaredPorts(context, options.ports[0] ?? 8080),
    baseCores,
    cpu,
    memoryBytes,
    starting: [
      { after: options.startUpMs * 0.3, line: `INFO  ${options.name} starting` },
      { after: options.startUpMs * 0.7, line: 'INFO  configuration read' },
    ],
    onStarted: () => reachAll(context, options, (stop) => (cancel = stop)),
    async handle(request) {
      const began = clock.now();
      const response = await route(request);
      response.headers['x-pod'] = context.pod;
      const path = http.answered(request, response, clock.now() - began);
      if (!isProbe(path))
        context.log(`INFO  ${request.method} ${path} ${response.status} ${Math.round(clock.now() - began)}ms`);
      return response;
    },
    stopping: ['INFO  connection pool: closed', `INFO  ${options.name} ended`],
  });
  return {
    ...server,
    stop() {
      cancel();
      return server.stop();
    },
    kill() {
      cancel();
      server.kill();
      pool.kill();
    },
  };
}

/** Resolves when it may listen; never before that, and with false when it has ended. */
function reachAll(
  context: ProcessContext,
  { name, dependencies = [] }: ServiceOptions,
  onCancel: (stop: () => void) => void,
): Promise<boolean> {
  return new Promise((tell) => {
    const stop = tryToReach(context, {
      fault: () => faultOf(context, dependencies),
      again: (attempt, most) =>
        context.log(`WARN  connection pool: not everything answers yet, attempt ${attempt} of ${most}`),
      over(fault) {
        for (const one of fault?.lines ?? []) context.log(one);
        if (!fault) {
          for (const one of dependencies) {
            const address = addressOf(context, one);
            if (address) context.log(`INFO  connection pool: ${one.name} at ${address.host}:${address.port}`);
          }
          context.log(`INFO  ${name} listens`);
        } else context.exit(1);
        tell(!fault);
      },
    });
    onCancel(stop);
  });
}

/** One request's work: which kind by their shares, then how long. */
function drawWork(kinds: readonly Work[], random: () => number): { ms: number; cpuSeconds: number } {
  let left = random() * kinds.reduce((sum, one) => sum + one.share, 0);
  const kind =
    kinds.find((one) => {
      left -= one.share;
      return left < 0;
    }) ?? kinds.at(-1);
  return kind ? { ms: logNormal(random, kind.ms, kind.sigma), cpuSeconds: kind.cpuSeconds } : { ms: 0, cpuSeconds: 0 };
}
