import { type Cpu, createCpu } from './cpu.ts';
import type { ProcessContext, WorkloadProcess } from './image.ts';
import type { WorkloadRequest, WorkloadResponse } from './messages.ts';

/** A log line; a function where it carries the time at which it is written. */
type Line = string | (() => string);

export interface ServerOptions {
  ports: readonly number[];
  /** What is logged while it starts, with the milliseconds before each line. */
  starting: readonly { after: number; line: Line }[];
  /** Runs when the last line is out; false when it could not start (it has exited by then). */
  onStarted?: () => boolean | Promise<boolean>;
  baseCores: number;
  /** Its CPU, where something else counts on it as well. */
  cpu?: Cpu;
  memoryBytes: () => number;
  handle?: (request: WorkloadRequest, cpu: Cpu) => WorkloadResponse | Promise<WorkloadResponse>;
  command?: (parts: readonly string[], cpu: Cpu) => string | undefined;
  /** Logged on SIGTERM. */
  stopping?: readonly Line[];
}

/** A process that starts in steps, then listens until it is stopped: what all server images have in common. */
export function startServer(context: ProcessContext, options: ServerOptions): WorkloadProcess {
  const cpu = options.cpu ?? createCpu(context.clock, { limit: context.cpuLimit, baseCores: options.baseCores });
  const write = (line: Line) => context.log(typeof line === 'string' ? line : line());
  let listening = false;
  let ended = false;
  let inFlight = 0;
  let cancel = () => {};
  let onIdle = () => {};

  const begin = (index: number) => {
    const step = options.starting[index];
    if (!step) {
      const started = options.onStarted?.() ?? true;
      if (typeof started === 'boolean') listening = started;
      else
        void started.then((good) => {
          listening = good && !ended;
        });
      return;
    }
    cancel = context.clock.later(context.shorten(step.after), () => {
      if (ended) return;
      if (step.line !== '') write(step.line);
      begin(index + 1);
    });
  };
  begin(0);

  return {
    listens: (port) => listening && options.ports.includes(port),
    handle(request, port) {
      if (!listening || !options.ports.includes(port) || !options.handle) return undefined;
      const answer = options.handle(request, cpu);
      if (!(answer instanceof Promise)) return Promise.resolve(answer);
      inFlight += 1;
      return answer.finally(() => {
        inFlight -= 1;
        if (inFlight === 0) onIdle();
      });
    },
    command(parts) {
      if (!listening || !options.command) throw new Error('connection refused');
      return options.command(parts, cpu);
    },
    cpuSeconds: cpu.usedSeconds,
    memoryBytes: options.memoryBytes,
    async stop() {
      ended = true;
      cancel();
      if (inFlight > 0) await new Promise<void>((resolve) => (onIdle = resolve));
      listening = false;
      for (const line of options.stopping ?? []) write(line);
      return undefined;
    },
    kill() {
      ended = true;
      listening = false;
      cancel();
    },
  };
}

/** The ports that the container declares, else the one that the image is known for. */
export function declaredPorts(context: ProcessContext, usual: number): number[] {
  return context.ports.length > 0 ? [...context.ports] : [usual];
}

/** The same process, which calls off something of its own when it ends. */
export function endingWith(server: WorkloadProcess, cancel: () => void): WorkloadProcess {
  return {
    ...server,
    stop() {
      cancel();
      return server.stop();
    },
    kill() {
      cancel();
      server.kill();
    },
  };
}
