import type { ProcessContext, WorkloadProcess } from './image.ts';
import { endingWith, startServer } from './server-process.ts';

/** What a pod can be made to suffer by its annotation `tars-console.dev/outcome`, to see how that looks. */
const outcomes = ['image-missing', 'pull-slow', 'slow-start', 'crash', 'out-of-memory'] as const;
export type Outcome = (typeof outcomes)[number];

export function outcomeOf(value: string | undefined): Outcome | undefined {
  return outcomes.find((outcome) => outcome === value);
}

/** A process that ends badly some seconds after its start. */
export function startFailing(context: ProcessContext, outcome: 'crash' | 'out-of-memory'): WorkloadProcess {
  let memory = 32 * 1024 * 1024;
  let cancel = () => {};
  const fail = () => {
    if (outcome === 'crash') {
      context.log('fatal: asked to crash by tars-console.dev/outcome');
      context.exit(1);
      return;
    }
    memory = context.memoryLimit ?? 512 * 1024 * 1024;
    context.exit(137, 'OOMKilled');
  };
  const server = startServer(context, {
    ports: [],
    baseCores: 0.05,
    memoryBytes: () => memory,
    starting: [
      { after: 200, line: `starting ${context.container}` },
      { after: 1000, line: outcome === 'crash' ? 'loading configuration' : 'loading everything into memory' },
    ],
    onStarted: () => {
      cancel = context.clock.later(context.shorten(500), fail);
      return true;
    },
  });
  return endingWith(server, () => cancel());
}
