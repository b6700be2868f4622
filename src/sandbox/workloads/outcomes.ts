import type { ProcessContext, WorkloadProcess } from './image.ts';
import { endingWith, startServer } from './server-process.ts';

const kinds = [
  'image-missing',
  'image-denied',
  'pull-slow',
  'slow-start',
  'crash',
  'out-of-memory',
  'never-ready',
] as const;

/** What an image or a pod can be made to suffer, to see how that looks. Times are those of a cluster. */
export interface Outcome {
  kind?: (typeof kinds)[number] | undefined;
  /** How long the pull takes. */
  pullSeconds?: number | undefined;
  /** When it crashes or runs out of memory, after its start. */
  afterSeconds?: number | undefined;
  /** With which code it crashes; 1 unless said. */
  exitCode?: number | undefined;
}

/** By the name that the annotation `tars-console.dev/outcome` gives. */
export function outcomeOf(name: string | undefined): Outcome | undefined {
  const kind = kinds.find((one) => one === name);
  return kind && { kind };
}

/** A process that ends badly some seconds after its start. */
export function startFailing(context: ProcessContext, outcome: Outcome): WorkloadProcess {
  const crashes = outcome.kind === 'crash';
  let memory = 32 * 1024 * 1024;
  let cancel = () => {};
  const fail = () => {
    if (crashes) {
      context.log('fatal: asked to crash by tars-console.dev/outcome');
      context.exit(outcome.exitCode ?? 1);
      return;
    }
    memory = context.memoryLimit ?? 512 * 1024 * 1024;
    context.exit(137, 'OOMKilled');
  };
  const { afterSeconds = 1.7 } = outcome;
  const server = startServer(context, {
    ports: [],
    baseCores: 0.05,
    memoryBytes: () => memory,
    starting: [
      { after: Math.min(200, afterSeconds * 200), line: `starting ${context.container}` },
      {
        after: Math.min(1000, afterSeconds * 500),
        line: crashes ? 'loading configuration' : 'loading everything into memory',
      },
    ],
    onStarted: () => {
      const rest = afterSeconds * 1000 - Math.min(200, afterSeconds * 200) - Math.min(1000, afterSeconds * 500);
      cancel = context.clock.later(context.shorten(rest), fail);
      return true;
    },
  });
  return endingWith(server, () => cancel());
}

/** The same process, on whose ports nothing ever listens. */
export function neverReady(process: WorkloadProcess): WorkloadProcess {
  return { ...process, listens: () => false, handle: () => undefined };
}
