import { readFileSync } from 'node:fs';
import pty from '@lydell/node-pty';
import xterm from '@xterm/headless';

/** Opens a program in a real terminal: its screen, its bytes, its processor time. */
export function openTerminal(command, args, { cols = 120, rows = 40, env = {}, cwd } = {}) {
  const screen = new xterm.Terminal({ cols, rows, allowProposedApi: true, scrollback: 0 });
  const environment = { ...process.env, TERM: 'xterm-256color', COLORTERM: 'truecolor', LANG: 'C.UTF-8', ...env };
  delete environment.CI;
  const started = performance.now();
  const child = pty.spawn(command, args, { cols, rows, env: environment, cwd: cwd ?? process.cwd() });
  let bytes = 0;
  const waiters = new Set();
  child.onData((data) => {
    bytes += Buffer.byteLength(data);
    screen.write(data, () => {
      for (const waiter of waiters) waiter();
    });
  });
  const exited = new Promise((resolve) => child.onExit(resolve));
  const text = () =>
    Array.from(
      { length: rows },
      (_, y) => screen.buffer.active.getLine(screen.buffer.active.viewportY + y)?.translateToString(true) ?? '',
    ).join('\n');
  return {
    pid: child.pid,
    started,
    text,
    buffer: () => screen.buffer.active,
    bytes: () => bytes,
    send: (keys) => child.write(keys),
    /** Resolves to the time at which the screen first held it. */
    waitFor(condition, limitMs = 30_000) {
      const holds = typeof condition === 'string' ? () => text().includes(condition) : () => condition(text());
      return new Promise((resolve, reject) => {
        const done = () => {
          if (!holds()) return;
          waiters.delete(done);
          clearTimeout(timer);
          resolve(performance.now());
        };
        const timer = setTimeout(() => {
          waiters.delete(done);
          reject(new Error(`not on the screen within ${limitMs} ms: ${condition}\n${text()}`));
        }, limitMs);
        waiters.add(done);
        done();
      });
    },
    async close() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** Processor seconds that a process has used (Linux: /proc). */
export function processorSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

export function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
}
