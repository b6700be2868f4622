import { type ProcessContext, text, type WorkloadProcess } from './image.ts';
import { declaredPorts, endingWith, startServer } from './server-process.ts';
import { commonCommand, unwrapShell } from './shell.ts';

/**
 * Anything whose behaviour is not known. A simple command (`echo`, `sleep 5`, `true`, `false`) is carried out and ends;
 * what is expected to end and has no ports ends well; everything else stays and answers 200 on the ports it declares.
 */
export function startGeneric(context: ProcessContext): WorkloadProcess {
  let cancel = () => {};
  const ending = endOf(context);
  const server = startServer(context, {
    ports: ending ? [] : declaredPorts(context, 80),
    baseCores: 0.001,
    memoryBytes: () => 24 * 1024 * 1024,
    starting: [{ after: 300, line: ending?.output ?? `started ${context.container} (a stand-in)` }],
    onStarted: () => {
      if (ending) cancel = context.clock.later(ending.afterMs, () => context.exit(ending.exitCode));
      return true;
    },
    handle: (_, cpu) => {
      cpu.work(0, 0.001);
      return text(200, `${context.pod}\n`);
    },
  });
  return endingWith(server, () => cancel());
}

/** When and how it ends by itself; undefined when it stays. */
function endOf(context: ProcessContext): { afterMs: number; exitCode: number; output: string } | undefined {
  const command = unwrapShell(context.args, context.env);
  if (command[0]?.split('/').at(-1) === 'sleep') {
    const seconds = Number.parseFloat(command[1] ?? '');
    return Number.isFinite(seconds) ? { afterMs: seconds * 1000, exitCode: 0, output: '' } : undefined;
  }
  const known = commonCommand(command, context.env, context.pod);
  if (known) return { afterMs: 0, exitCode: known.exitCode, output: known.output.trimEnd() };
  if (!context.runsToEnd || context.ports.length > 0) return undefined;
  return { afterMs: context.shorten(1000), exitCode: 0, output: `${context.container} done (a stand-in)` };
}
