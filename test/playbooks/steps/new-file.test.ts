import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import promises, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { endsFault, lastBytes } from '../../../src/playbooks/steps/exec/ends.ts';
import { beginFile } from '../../../src/playbooks/steps/exec/new-file.ts';

/** Bytes that fit on the disk. */
const disk = { room: Number.POSITIVE_INFINITY };
const { open } = promises;
beforeAll(() => {
  promises.open = async (...args) => limited(await open(...args));
  syncBuiltinESMExports();
});
afterAll(() => {
  promises.open = open;
  syncBuiltinESMExports();
});

function limited(handle: FileHandle): FileHandle {
  const write = handle.writeFile.bind(handle);
  handle.writeFile = async (data, ...rest) => {
    disk.room -= (data as Buffer).length;
    if (disk.room < 0) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    return write(data, ...rest);
  };
  return handle;
}

const newFolder = () => mkdtempSync(join(tmpdir(), 'tars-console-new-file-'));
const never = new AbortController().signal;

it('a full disk is said with how much had come, and leaves nothing', async () => {
  const folder = newFolder();
  const file = await beginFile(join(folder, 'a.sql'), 'run', never);
  disk.room = 5000;
  try {
    await file.write(Buffer.alloc(4096));
    await expect(file.write(Buffer.alloc(4096))).rejects.toThrow('the disk is full after 4.0 KiB');
  } finally {
    disk.room = Number.POSITIVE_INFINITY;
  }
  await file.discard();
  expect(readdirSync(folder)).toEqual([]);
});

it('a file that came there meanwhile is not written over', async () => {
  const folder = newFolder();
  const file = await beginFile(join(folder, 'a.sql'), 'run', never);
  await file.write(Buffer.from('mine'));
  writeFileSync(join(folder, 'a.sql'), 'theirs');
  await expect(file.finish({})).rejects.toThrow('is there already');
  await file.discard();
  expect(readdirSync(folder)).toEqual(['a.sql']);
  expect(readFileSync(join(folder, 'a.sql'), 'utf8')).toBe('theirs');
});

it('what a killed run has left is no file of that name, and the same run begins anew', async () => {
  const folder = newFolder();
  const left = await beginFile(join(folder, 'a.sql'), 'run', never);
  await left.write(Buffer.from('half'));
  expect(readdirSync(folder)).toEqual(['a.sql.run.partial']);
  const again = await beginFile(join(folder, 'a.sql'), 'run', never);
  await again.write(Buffer.from('whole'));
  await again.finish({});
  expect(readdirSync(folder)).toEqual(['a.sql']);
  expect(readFileSync(join(folder, 'a.sql'), 'utf8')).toBe('whole');
});

it('a stop takes the file away at once', async () => {
  const folder = newFolder();
  const stop = new AbortController();
  const file = await beginFile(join(folder, 'a.sql'), 'run', stop.signal);
  await file.write(Buffer.from('half'));
  stop.abort(new Error('stopped'));
  expect(readdirSync(folder)).toEqual([]);
  await expect(file.finish({})).rejects.toThrow('stopped');
  await file.discard();
});

it('a closing line is found however the bytes come, and never in a file that was cut before it', () => {
  const line = '-- PostgreSQL database dump complete';
  const whole = Buffer.from(`${'1\tüäö\n'.repeat(900)}--\n${line}\n--\n\n\\unrestrict abc\n\n`);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 3000 })), fc.nat(whole.length), (sizes, end) => {
      let [tail, at] = [Buffer.alloc(0), 0];
      for (const size of [...sizes, whole.length]) {
        const chunk = whole.subarray(at, Math.min(end, at + size));
        if (chunk.length > 0) tail = lastBytes(tail, chunk);
        at += chunk.length;
      }
      const isWhole = whole.subarray(0, end).toString().split('\n').includes(line);
      expect(endsFault({ complete: line }, tail, tail) === undefined).toBe(isWhole);
    }),
  );
});
