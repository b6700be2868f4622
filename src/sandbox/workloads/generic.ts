import type { ProcessContext, WorkloadProcess } from './image.ts';
import { text } from './messages.ts';
import { declaredPorts, endingWith, startServer } from './server-process.ts';

/**
 * Anything whose behaviour is not known: what is expected to end and has no ports ends well; everything else stays and
 * answers 200 on the ports it declares.
 */
export function startGeneric(context: ProcessContext): WorkloadProcess {
  let cancel = () => {};
  const ends = context.runsToEnd && context.ports.length === 0;
  const output = ends ? `${context.container} done (a stand-in)` : `started ${context.container} (a stand-in)`;
  const server = startServer(context, {
    ports: ends ? [] : declaredPorts(context, 80),
    baseCores: 0.001,
    memoryBytes: () => 24 * 1024 * 1024,
    starting: [{ after: 300, line: output }],
    onStarted: () => {
      if (ends) cancel = context.clock.later(context.shorten(1000), () => context.exit(0));
      return true;
    },
    handle: (_, cpu) => {
      cpu.work(0, 0.001);
      return text(200, `${context.pod}\n`);
    },
  });
  return endingWith(server, () => cancel());
}
