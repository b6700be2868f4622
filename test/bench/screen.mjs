import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { median, openTerminal, processorSeconds, quantile } from './terminal.mjs';

/** Key → paint with and without 1,000 pod changes a second, bytes to the terminal, and what an idle screen costs. */
export async function run(root) {
  const state = mkdtempSync(join(tmpdir(), 'tars-console-bench-'));
  const env = { XDG_STATE_HOME: state, XDG_CONFIG_HOME: state, XDG_RUNTIME_DIR: state };
  const cluster = spawn(process.execPath, [join(root, 'test/bench/busy-cluster.mjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const answers = createInterface(cluster.stdout)[Symbol.asyncIterator]();
  const answer = async () => JSON.parse((await answers.next()).value);
  try {
    const kubeconfig = join(state, 'kubeconfig');
    writeFileSync(kubeconfig, kubeconfigOf((await answer()).port));
    const args = [join(root, 'bin/tars-console.js'), '--kubeconfig', kubeconfig, '--context', 'busy'];
    const terminal = openTerminal(process.execPath, args, { env });
    await terminal.waitFor('Pods 200');
    const lines = await measure(terminal, {
      start: () => cluster.stdin.write('go\n'),
      stop: async () => {
        cluster.stdin.write('stop\n');
        return (await answer()).made;
      },
    });
    await terminal.close();
    return lines;
  } finally {
    cluster.kill();
    rmSync(state, { recursive: true, force: true });
  }
}

async function measure(terminal, changes) {
  await settled(terminal);
  const quiet = await keyTimes(terminal, 50);

  const began = performance.now();
  changes.start();
  const busy = await keyTimes(terminal, 60);
  // Now nobody types: what the changes alone cost.
  const [bytes, cpu, watched] = [terminal.bytes(), processorSeconds(terminal.pid), performance.now()];
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  const seconds = (performance.now() - watched) / 1000;
  const made = (await changes.stop()) / ((performance.now() - began) / 1000);
  const [sent, used] = [terminal.bytes() - bytes, processorSeconds(terminal.pid) - cpu];

  await settled(terminal);
  const [idleBytes, idleCpu, idleSeconds] = [terminal.bytes(), processorSeconds(terminal.pid), 20];
  await new Promise((resolve) => setTimeout(resolve, idleSeconds * 1000));
  const idle = (processorSeconds(terminal.pid) - idleCpu) / idleSeconds;
  const [p95, quietP95] = [quantile(busy, 0.95), quantile(quiet, 0.95)];
  return [
    `key → paint, ${made.toFixed(0)} pod changes a second: p50 ${median(busy).toFixed(0)} ms, p95 ${p95.toFixed(0)} ms (budget 50); without changes p50 ${median(quiet).toFixed(0)}, p95 ${quietP95.toFixed(0)} ms: ratio ${(p95 / quietP95).toFixed(2)}`,
    `terminal under those changes: ${(sent / 1024 / seconds).toFixed(1)} KB/s (budget 10), ${((100 * used) / seconds).toFixed(1)} % of a core`,
    `idle: ${(100 * idle).toFixed(2)} % of a core (budget 1), ${((terminal.bytes() - idleBytes) / idleSeconds).toFixed(0)} bytes a second`,
  ];
}

/** Moves the menu's pointer to and fro, and takes the time until the screen shows it. */
async function keyTimes(terminal, count) {
  const pointer = () =>
    terminal
      .text()
      .split('\n')
      .findIndex((line) => line.includes('❯'));
  const times = [];
  for (let i = 0; i < count; i += 1) {
    const before = pointer();
    const sent = performance.now();
    terminal.send(i % 2 === 0 ? 'j' : 'k');
    times.push((await terminal.waitFor(() => pointer() !== before)) - sent);
    await new Promise((resolve) => setTimeout(resolve, 150 + Math.random() * 50));
  }
  return times;
}

async function settled(terminal) {
  for (let last = -1; last !== terminal.bytes(); ) {
    last = terminal.bytes();
    await new Promise((resolve) => setTimeout(resolve, 3000));
  }
}

const kubeconfigOf = (port) => `apiVersion: v1
kind: Config
current-context: busy
clusters: [{name: busy, cluster: {server: 'http://127.0.0.1:${port}'}}]
contexts: [{name: busy, context: {cluster: busy, user: busy}}]
users: [{name: busy, user: {token: none}}]
`;
