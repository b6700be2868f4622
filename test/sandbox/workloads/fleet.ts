import type { ProcessContext, WorkloadImage, WorkloadProcess } from '../../../src/sandbox/workloads/image.ts';
import type { Peer } from '../../../src/sandbox/workloads/messages.ts';
import { seededRandom } from '../../../src/sandbox/workloads/random.ts';
import { findImage } from '../../../src/sandbox/workloads/registry.ts';
import { execute, executeQuietly } from '../../../src/sandbox/workloads/shell/execute.ts';
import { createCollector, inputOf, type Output } from '../../../src/sandbox/workloads/shell/streams.ts';
import type { ContainerSystem } from '../../../src/sandbox/workloads/system.ts';
import { createTestSystem } from './test-system.ts';
import { createVirtualClock } from './virtual-clock.ts';

export interface Started {
  process: WorkloadProcess;
  lines: string[];
  exec(command: readonly string[]): Promise<{ exitCode: number; output: string }>;
  /** The same with a standard output that is read while it runs. */
  execute(command: readonly string[], stdout: Output): Promise<number>;
  system: ContainerSystem;
  exits: { code: number; reason: string | undefined }[];
}

/** T.A.R.S. without a cluster: containers on a virtual clock that find each other by name. */
export function createFleet(seed = 7) {
  const clock = createVirtualClock();
  const random = seededRandom(seed);
  const services = new Map<string, WorkloadProcess>();
  const environment = {
    JWT_SECRET: 'x'.repeat(44),
    POSTGRES_USER: 'tars_user',
    POSTGRES_DB: 'tars_analytics',
    POSTGRES_PASSWORD: 'something long',
  };

  const dial = (host: string, port: number): Peer | undefined => {
    return peerOf(services.get(host), port);
  };
  const start = (image: string, options: Partial<ProcessContext> = {}): Started => {
    const found = findImage(image, undefined);
    if (!found) throw new Error(`no image ${image}`);
    return startImage(found, { pod: image.replace(/\W/g, '-'), ...options });
  };
  const startImage = (found: WorkloadImage, options: Partial<ProcessContext> = {}): Started => {
    const lines: string[] = [];
    const exits: Started['exits'] = [];
    const running: { process?: WorkloadProcess } = {};
    const own = (host: string, port: number) =>
      host === '127.0.0.1' ? peerOf(running.process, port) : dial(host, port);
    const system = options.system ?? createTestSystem(options.env ?? environment, clock, own, found.programs ?? {});
    const process = found.start({
      pod: 'main',
      namespace: 'tars',
      container: 'main',
      node: 'node-1',
      env: environment,
      args: [],
      runsToEnd: false,
      ports: [],
      cpuLimit: undefined,
      memoryLimit: undefined,
      clock,
      random,
      shorten: (ms) => ms,
      write: (data) => lines.push(data.toString()),
      stdin: inputOf(''),
      tty: false,
      system,
      api: () => {
        throw new Error('there is no API server');
      },
      refuse: (message) => lines.push(message),
      log: (line) => lines.push(line),
      dial,
      exit: (code, reason) => exits.push({ code, reason }),
      ...options,
    });
    running.process = process;
    const { signal } = new AbortController();
    return {
      ...{ process, lines, exits, system },
      exec: (command) => executeQuietly(system, command, signal),
      execute: (command, stdout) =>
        execute(system, { command, stdin: inputOf(''), stdout, stderr: createCollector(), tty: false, signal }),
    };
  };
  return {
    clock,
    random,
    services,
    environment,
    start,
    startImage,
    /** Redis, PostgreSQL, ChromaDB and Ollama, up and listening. */
    async startDatabases() {
      services.set('redis-service', start('redis:8').process);
      services.set('postgres-service', start('postgres:17').process);
      services.set('chromadb-service', start('chromadb/chroma:1').process);
      services.set('ollama-service', start('ollama/ollama:1').process);
      await clock.advance(5000);
    },
    async startBackends(count: number, options: Partial<ProcessContext> = {}) {
      const pods = Array.from({ length: count }, (_, index) =>
        start('tars-backend:1', { pod: `b-${index}`, cpuLimit: 2, ...options }),
      );
      await clock.advance(25_000);
      return pods;
    },
  };
}

function peerOf(process: WorkloadProcess | undefined, port: number): Peer | undefined {
  if (!process?.listens(port)) return undefined;
  return {
    request: (request) => process.handle(request, port) ?? Promise.reject(new Error('refused')),
    command: (parts) => process.command?.(parts),
  };
}

export type Fleet = ReturnType<typeof createFleet>;

export interface Answered {
  at: number;
  ms: number;
  status: number;
  hit: boolean;
}

/** An open loop: `rate` requests a second for `seconds`, evenly spaced, each to a random pod, from many clients. */
export async function openLoop(fleet: Fleet, pods: readonly Started[], rate: number, seconds: number) {
  const { clock, random } = fleet;
  const answers: Answered[] = [];
  const begin = clock.now();
  const send = (index: number) => {
    if (index >= rate * seconds) return;
    const at = clock.now();
    const pod = pods[Math.floor(random() * pods.length)];
    const headers = { 'x-client-id': `user-${index % 1000}` };
    void pod?.process
      .handle({ method: 'GET', url: '/rag/query', headers, body: '', remoteAddress: '127.0.0.1' }, 8000)
      ?.then((response) => {
        const hit = response.headers['x-cache'] === 'HIT';
        answers.push({ at: at - begin, ms: clock.now() - at, status: response.status, hit });
      });
    clock.later(begin + ((index + 1) * 1000) / rate - clock.now(), () => send(index + 1));
  };
  const before = pods.map((pod) => pod.process.cpuSeconds());
  clock.later(0, () => send(0));
  await clock.advance(seconds * 1000);
  const cores = pods.map((pod, index) => (pod.process.cpuSeconds() - (before[index] ?? 0)) / seconds);
  await clock.advance(20_000);
  return { answers, cores };
}

export function quantile(answers: readonly Answered[], q: number): number {
  const sorted = answers.map((answer) => answer.ms).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}
