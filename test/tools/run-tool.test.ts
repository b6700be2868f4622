import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/base/errors.ts';
import { toolEnvironment } from '../../src/tools/environment.ts';
import { runTool, type ToolOptions } from '../../src/tools/run-tool.ts';

const node = process.execPath;
const run = (script: string, options: Partial<ToolOptions> = {}, args: string[] = []) =>
  runTool(node, ['-e', script, ...args], { env: toolEnvironment(), ...options });

async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 10_000; !condition(); await wait(10))
    if (Date.now() > end) throw new Error('it did not come to be');
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A child that nobody waits for stays in the table as a zombie.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('a child process', () => {
  it('gets its arguments as they are, and no shell reads them', async () => {
    const args = ['$(id)', '; ls', "it's", '', 'two words', '--flag=*'];
    const { stdout } = await run('console.log(JSON.stringify(process.argv.slice(1)))', {}, ['--', ...args]);
    expect(JSON.parse(stdout)).toEqual(args);
  });

  it('ends with a code or a signal, and any of them is a result', async () => {
    expect(await run('process.exit(7)')).toMatchObject({ code: 7, signal: undefined });
    expect(await run('process.kill(process.pid, "SIGUSR2"); setTimeout(() => {}, 9999)')).toMatchObject({
      code: undefined,
      signal: 'SIGUSR2',
    });
  });

  it('hands over its lines while it runs', async () => {
    const lines: string[] = [];
    const script = 'console.log("one"); console.error("two"); process.stdout.write("three")';
    await run(script, { onLine: (line, from) => lines.push(`${from} ${line}`) });
    expect(lines.sort()).toEqual(['stderr two', 'stdout one', 'stdout three']);
  });

  it('keeps the beginning of what it writes, and says that there was more', async () => {
    const { stdout, truncated } = await run('process.stdout.write("x".repeat(500_000))', { keepBytes: 1000 });
    expect(stdout).toHaveLength(1000);
    expect(truncated).toBe(true);
  });

  it('reads a text or a stream, and need not read it to its end', async () => {
    const echo = 'process.stdin.pipe(process.stdout)';
    expect((await run(echo, { stdin: 'hello' })).stdout).toBe('hello');
    expect((await run(echo, { stdin: Readable.from(['a', 'b', 'c']) })).stdout).toBe('abc');
    expect((await run('process.exit(0)', { stdin: Buffer.alloc(4_000_000) })).code).toBe(0);
  });

  it('fails with the fault of what it was to read', async () => {
    const broken = Readable.from(
      (async function* () {
        yield 'a';
        throw new Error('the disk is gone');
      })(),
    );
    await expect(run('process.stdin.resume()', { stdin: broken })).rejects.toThrow('the disk is gone');
  });

  it('is not waited for when what it left behind holds its output open', async () => {
    const script = `const child = require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 8000)'],
      { stdio: 'inherit', detached: true }); console.log(child.pid); child.unref(); process.exit(0)`;
    const startedAt = Date.now();
    const { stdout } = await run(script);
    expect(Date.now() - startedAt).toBeLessThan(6000);
    process.kill(Number(stdout));
  });

  it('that is missing is named', async () => {
    const missing = runTool('/no/such/program', [], { env: {} });
    await expect(missing).rejects.toThrow(/program could not be started/);
    await expect(missing).rejects.toBeInstanceOf(Problem);
  });
});

describe('ending a child', () => {
  const grandchild = `require('node:child_process').spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); \
process.stdout.write(process.pid + "\\\\n"); setInterval(() => {}, 1000)'], { stdio: 'inherit' }); setInterval(() => {}, 1000)`;

  it('ends its children too, even those that do not heed SIGTERM', async () => {
    const stop = new AbortController();
    const pids: number[] = [];
    const running = run(grandchild, { signal: stop.signal, graceMs: 200, onLine: (line) => pids.push(Number(line)) });
    const failed = running.catch((error) => error);
    await until(() => pids.length === 1);
    stop.abort(new Error('stopped by a person'));
    expect(await failed).toMatchObject({ message: 'stopped by a person' });
    expect(isRunning(pids[0] ?? 0)).toBe(false);
  });

  it('lets it tidy up first', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tars-console-tools-'));
    const file = join(folder, 'said');
    writeFileSync(file, '');
    const stop = new AbortController();
    const script = `process.on('SIGTERM', () => { require('node:fs').writeFileSync(process.argv[1], 'tidied up'); process.exit(0) });
      console.log('ready'); setInterval(() => {}, 1000)`;
    const running = run(script, { signal: stop.signal, onLine: () => stop.abort(new Error('stop')) }, [file]);
    await expect(running).rejects.toThrow('stop');
    expect(readFileSync(file, 'utf8')).toBe('tidied up');
  });

  it('does not start what is aborted already', async () => {
    await expect(run('', { signal: AbortSignal.abort(new Error('over')) })).rejects.toThrow('over');
  });
});
