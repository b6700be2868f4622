import { fork } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { quantile } from './terminal.mjs';

const rate = 20_000;
const connections = 100;
const warmUpSeconds = 2;
const seconds = 10;

/**
 * The engine at 20,000 requests a second for 10 s, beside a bare loop over raw sockets with the same connections, rate and
 * server. Server, engine and loop are processes of their own; nothing leaves loopback.
 */
export async function run(root) {
  // Inside the package, so that the bundle finds the package's folder.
  const folder = join(root, 'dist', 'bench-load');
  mkdirSync(folder, { recursive: true });
  const server = start('server');
  try {
    const { port } = await answerOf(server);
    await bundle(root, folder);
    const raw = await answerOf(start('raw', port));
    const engine = await answerOf(start('engine', port, folder));
    return [
      `load engine: asked ${rate}/s, held ${engine.rate.toFixed(0)}/s, a raw-socket loop ${raw.rate.toFixed(0)}/s: ratio ${(engine.rate / raw.rate).toFixed(3)}`,
      `load engine: ${engine.cores.toFixed(2)} cores, the loop ${raw.cores.toFixed(2)}: ratio ${(engine.cores / raw.cores).toFixed(2)}`,
      `load engine: P99 ${engine.p99.toFixed(2)} ms, the loop ${raw.p99.toFixed(2)} ms: ratio ${(engine.p99 / raw.p99).toFixed(2)}; errors ${engine.errors}, lag P99 ${engine.lagP99.toFixed(2)} ms, limited by ${engine.limitedBy}`,
    ];
  } finally {
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The engine as it is in the package, with a way in. */
async function bundle(root, folder) {
  const engine = join(folder, 'engine-entry.ts');
  const sources = ['engine', 'scenario'].map((name) => join(root, 'src/load', `${name}.ts`));
  writeFileSync(engine, sources.map((source) => `export * from ${JSON.stringify(source)};`).join('\n'));
  await build({
    entryPoints: { engine, 'load-worker': join(root, 'src/load/worker.ts') },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    keepNames: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    banner: { js: "import { createRequire as __c } from 'node:module'; const require = __c(import.meta.url);" },
    logLevel: 'error',
  });
}

function start(role, ...args) {
  return fork(fileURLToPath(import.meta.url), [role, ...args.map(String)]);
}

function answerOf(child) {
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`a process of the bench ended with code ${code}`)));
  });
}

/** Answers every head with three bytes, without looking at it. */
function serve() {
  const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n';
  const server = createServer({ noDelay: true }, (socket) => {
    let rest = '';
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      const heads = (rest + chunk.toString('latin1')).split('\r\n\r\n');
      rest = heads.pop() ?? '';
      if (heads.length > 0) socket.write(answer.repeat(heads.length));
    });
  });
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
  process.on('disconnect', () => process.exit());
}

async function loadByEngine(port, folder) {
  const { startLoad, defineScenario } = await import(join(folder, 'engine.mjs'));
  const scenario = defineScenario('bench', {
    title: 'bench',
    open: { rate },
    sustained: `${seconds}s`,
    'warm-up': `${warmUpSeconds}s`,
    connections,
  });
  const cpu = createMeter();
  const result = await startLoad(scenario, {
    address: { url: `http://127.0.0.1:${port}` },
    workerFile: join(folder, 'load-worker.mjs'),
    onSample: ({ phase }) => (phase === 'sustained' ? cpu.begin() : cpu.end()),
  });
  const { requestsPerSecond, errors, response } = result.sustained;
  const { lagP99, limitedBy } = result;
  process.send({ rate: requestsPerSecond, errors, p99: response.p99, lagP99, limitedBy, cores: cpu.end() });
}

/** What is left when everything but the schedule, the sockets and the clock is taken away. */
async function loadByRawSockets(port) {
  const head = 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
  const sockets = await Promise.all(
    Array.from(
      { length: connections },
      () =>
        new Promise((resolve) => {
          const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(socket));
        }),
    ),
  );
  const idle = sockets.map((_, index) => index);
  const planned = new Float64Array(connections);
  const times = [];
  const total = rate * (warmUpSeconds + seconds);
  const cpu = createMeter();
  const t0 = performance.now();
  let next = 0;
  let done = 0;
  const pump = () => {
    const due = Math.min(total, Math.floor(((performance.now() - t0) * rate) / 1000) + 1);
    while (next < due && idle.length > 0) {
      const slot = idle.pop();
      planned[slot] = (next * 1000) / rate;
      next += 1;
      sockets[slot].write(head);
    }
  };
  await new Promise((resolve) => {
    for (const [slot, socket] of sockets.entries())
      socket.on('data', () => {
        const now = performance.now() - t0;
        if (planned[slot] >= warmUpSeconds * 1000) times.push(now - planned[slot]);
        done += 1;
        idle.push(slot);
        pump();
        if (done === total) resolve();
      });
    setInterval(() => {
      pump();
      if (performance.now() - t0 >= warmUpSeconds * 1000) cpu.begin();
    }, 1);
  });
  const cores = cpu.end();
  const elapsed = (performance.now() - t0) / 1000 - warmUpSeconds;
  process.send({ rate: times.length / elapsed, p99: quantile(times, 0.99), cores }, () => process.exit());
}

/** Cores that this process uses between the first `begin` and the first `end`. */
function createMeter() {
  let from;
  let cores;
  return {
    begin() {
      from ??= { cpu: process.cpuUsage(), at: performance.now() };
    },
    end() {
      if (!from) return 0;
      const { user, system } = process.cpuUsage(from.cpu);
      cores ??= (user + system) / 1000 / (performance.now() - from.at);
      return cores;
    },
  };
}

const [role, port, folder] = process.argv.slice(2);
if (process.send && role === 'server') serve();
if (process.send && role === 'engine') loadByEngine(port, folder).then(() => process.exit());
if (process.send && role === 'raw') loadByRawSockets(port);
