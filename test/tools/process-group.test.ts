import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { packageRoot } from '../../src/base/package-root.ts';

it('a program is told to end when we end, so that it does not go on by itself', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tars-console-tools-'));
  const said = join(folder, 'said');
  writeFileSync(said, '');
  const child = `process.on('SIGTERM', () => { require('node:fs').writeFileSync(${JSON.stringify(said)}, 'told'); process.exit() });
    console.log('ready'); setInterval(() => {}, 1000)`;
  const group = join(packageRoot(), 'src', 'tools', 'process-group.ts');
  const script = `import { spawn } from 'node:child_process';
    import { watchGroup } from ${JSON.stringify(group)};
    const child = spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { detached: true });
    watchGroup(child.pid);
    child.stdout.once('data', () => process.exit(0));`;
  const { build } = await import('esbuild');
  const file = join(folder, 'ours.mjs');
  const bundled = {
    stdin: { contents: script, resolveDir: folder },
    bundle: true,
    format: 'esm',
    platform: 'node',
  } as const;
  await build({ ...bundled, outfile: file, logLevel: 'error' });
  spawn(process.execPath, [file], { stdio: 'ignore' });
  for (const end = Date.now() + 15_000; readFileSync(said, 'utf8') === '' && Date.now() < end; await wait(20));
  expect(readFileSync(said, 'utf8')).toBe('told');
});
