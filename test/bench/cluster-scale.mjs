// What ten thousand pods cost: created, listed, watched by a hundred clients while a thousand a second change. The sandbox,
// and a real kube-apiserver in the same run where Go is there to compile one. Loopback only, bounded in count and time.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { parse } from 'yaml';

const [pods, watchers, changes, changesPerSecond] = [10_000, 100, 3000, 1000];
const longestMs = 30_000;

export async function run(root) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-scale-'));
  const lines = [];
  try {
    const ours = await measureOn(() => startSandbox(root, folder));
    const theirs = await measureOn(() => startControlPlane(root, folder)).catch((error) => {
      lines.push(`scale: no real control plane to compare with (${String(error.message ?? error).split('\n')[0]})`);
      return undefined;
    });
    for (const [name, { text, value, lower }] of Object.entries(ours)) {
      const beside = theirs?.[name];
      const ratio = beside && lower !== undefined ? `, ${(value / beside.value).toFixed(2)} ×` : '';
      lines.push(`scale: ${name}: ${text}${beside ? ` (real: ${beside.text}${ratio})` : ''}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return lines;
}

async function measureOn(start) {
  const cluster = await start();
  const http = createClient(cluster);
  try {
    return await measure(cluster, http);
  } finally {
    http.close();
    await cluster.stop();
  }
}

async function measure(cluster, http) {
  const path = '/api/v1/namespaces/scale/pods';
  await http.send('POST', '/api/v1/namespaces', { metadata: { name: 'scale' } });
  await http.until('/api/v1/namespaces/scale/serviceaccounts/default');
  const before = cluster.memory();
  let began = performance.now();
  await inParallel(pods, 32, (i) => http.send('POST', path, pod(i)));
  const createdMs = performance.now() - began;
  const memory = cluster.memory();
  const full = await http.timed(path, 'application/json');
  const table = await http.timed(`${path}?includeObject=None`, 'application/json;as=Table;v=v1;g=meta.k8s.io');
  const watches = await openWatches(http, path);
  began = performance.now();
  await inParallel(changes, 32, async (i) => {
    const due = began + (i / changesPerSecond) * 1000;
    if (performance.now() - began > longestMs) return;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    const patch = { metadata: { labels: { changed: String(i) } } };
    await http.send('PATCH', `${path}/pod-${i % pods}`, patch, 'application/merge-patch+json');
  });
  const changedMs = performance.now() - began;
  const deliveredMs = await watches.delivered(changes * watchers, longestMs).then((at) => at - began);
  const arrived = watches.count();
  watches.close();
  const [perPod, mb] = [(memory - before) / pods, memory / 1e6];
  const figure = (value, unit, digits = 0) => ({ value, text: `${value.toFixed(digits)} ${unit}`, lower: true });
  return {
    [`${pods} pods created`]: figure(pods / (createdMs / 1000), 'a second'),
    'memory with them': figure(mb, 'MB'),
    'memory a pod': figure(perPod / 1000, 'kB', 1),
    'listed in full': figure(full.ms, `ms, ${(full.bytes / 1e6).toFixed(1)} MB`),
    'listed as a Table, no objects': figure(table.ms, `ms, ${(table.bytes / 1e6).toFixed(2)} MB`),
    [`changes, ${watchers} watching`]: figure(changes / (changedMs / 1000), `a second of ${changesPerSecond} asked`),
    'events delivered': figure(
      arrived / (deliveredMs / 1000),
      `a second, ${((arrived / changes / watchers) * 100).toFixed(0)} % of them`,
    ),
  };
}

/** Never scheduled, so that the API server alone is measured. */
function pod(i) {
  const containers = [{ name: 'app', image: 'nginx:1.27', resources: { requests: { cpu: '100m', memory: '64Mi' } } }];
  const metadata = { name: `pod-${i}`, labels: { app: 'scale', shard: String(i % 100) } };
  return { metadata, spec: { schedulerName: 'nobody', automountServiceAccountToken: false, containers } };
}

function createClient({ server, ca, token }) {
  const dispatcher = new Agent({ connect: { ca }, connections: 256, bodyTimeout: 0, headersTimeout: 60_000 });
  const open = (method, path, body, type = 'application/json', accept = 'application/json') =>
    request(`${server}${path}`, {
      method,
      dispatcher,
      headers: { authorization: `Bearer ${token}`, accept, ...(body ? { 'content-type': type } : {}) },
      body: body ? JSON.stringify(body) : null,
    });
  const send = async (method, path, body, type) => {
    const answer = await open(method, path, body, type);
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 300)}`);
  };
  return {
    send,
    open,
    async until(path) {
      for (let tries = 0; ; tries += 1) {
        try {
          return await send('GET', path);
        } catch (error) {
          if (tries > 100) throw error;
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      }
    },
    /** The median of five. */
    async timed(path, accept) {
      const times = [];
      let bytes = 0;
      for (let i = 0; i < 5; i += 1) {
        const began = performance.now();
        const answer = await open('GET', path, undefined, undefined, accept);
        bytes = (await answer.body.arrayBuffer()).byteLength;
        times.push(performance.now() - began);
      }
      return { ms: times.sort((a, b) => a - b)[2], bytes };
    },
    close: () => void dispatcher.destroy(),
  };
}

async function openWatches(http, path) {
  let [count, last] = [0, performance.now()];
  const bodies = await Promise.all(
    Array.from({ length: watchers }, async () => {
      const { headers, body } = await http.open('GET', `${path}?limit=1`).then(async (answer) => ({
        headers: answer.headers,
        body: JSON.parse(await answer.body.text()),
      }));
      if (!headers) throw new Error('no answer');
      const answer = await http.open('GET', `${path}?watch=true&resourceVersion=${body.metadata.resourceVersion}`);
      answer.body.on('data', (chunk) => {
        for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count += 1;
        last = performance.now();
      });
      answer.body.on('error', () => {});
      return answer.body;
    }),
  );
  return {
    count: () => count,
    /** When the last event arrived, at most this much later. */
    async delivered(expected, ms) {
      for (const deadline = performance.now() + ms; count < expected && performance.now() < deadline; )
        await new Promise((resolve) => setTimeout(resolve, 20));
      return last;
    },
    close: () => {
      for (const body of bodies) body.destroy();
    },
  };
}

async function inParallel(count, width, task) {
  let next = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let i = next++; i < count; i = next++) await task(i);
    }),
  );
}

async function startSandbox(root, folder) {
  const env = { ...process.env, XDG_STATE_HOME: folder, XDG_RUNTIME_DIR: folder };
  const program = (...args) => outputOf(process.execPath, [join(root, 'bin/tars-console.js'), ...args], env);
  const [, file] = /KUBECONFIG=(\S+)/.exec(await program('sandbox')) ?? [];
  const config = parse(readFileSync(file, 'utf8'));
  const { pid } = JSON.parse(readFileSync(join(file, '..', 'state.json'), 'utf8'));
  const { server, 'certificate-authority-data': ca } = config.clusters[0].cluster;
  return {
    server,
    ca: Buffer.from(ca, 'base64').toString(),
    token: config.users[0].user.token,
    memory: () => residentBytes(pid),
    stop: () => program('sandbox', 'stop'),
  };
}

async function startControlPlane(root, folder) {
  const file = join(folder, 'plane.json');
  const child = spawn(process.execPath, [join(root, 'scripts/control-plane.mjs'), file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  const exited = new Promise((resolve) => child.once('exit', resolve));
  await new Promise((resolve, reject) => {
    child.stderr.on('data', (text) => {
      said += text;
      if (said.includes('ready:')) resolve();
    });
    exited.then(() => reject(new Error(said)));
  });
  const { server, ca, token, processes } = JSON.parse(readFileSync(file, 'utf8'));
  return {
    server,
    ca,
    token,
    memory: () => residentBytes(processes['kube-apiserver']) + residentBytes(processes.etcd),
    stop() {
      child.kill('SIGTERM');
      return exited;
    },
  };
}

function outputOf(command, args, env) {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  return new Promise((resolve) => child.once('close', () => resolve(text)));
}

function residentBytes(pid) {
  const [, kb = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kb) * 1000;
}
