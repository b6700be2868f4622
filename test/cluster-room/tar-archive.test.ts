import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { listLocalFiles } from '../../src/cluster/streams/local-files.ts';
import { archiveOf, nameBelow } from '../../src/cluster/streams/tar-archive.ts';

it.each([
  ['data', ''],
  ['data/', ''],
  ['./data/a', 'a'],
  ['data//a/./b', 'a/b'],
])('the entry %s is what was asked for', (name, below) => {
  expect(nameBelow('data', name)).toBe(below);
});

it.each(['/etc/passwd', 'data/../../etc/passwd', '../data', 'other/a', 'data/a\0b', 'data\\..\\x', ''])(
  'the entry %j leads elsewhere',
  (name) => {
    expect(() => nameBelow('data', name)).toThrow('outside of what was asked for');
  },
);

it('whatever an entry is named, its place is below the one that was asked for', () => {
  const part = fc.constantFrom('..', '.', '', 'data', 'a', '/', '\\', '\0', '...');
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      let name: string;
      try {
        name = nameBelow('data', parts.join('/'));
      } catch {
        return;
      }
      expect(join('/root/data', name).startsWith('/root/data')).toBe(true);
    }),
  );
});

it('a file that grows or shrinks while it is copied is told', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tars-console-archive-'));
  writeFileSync(join(folder, 'log'), 'one');
  const files = await listLocalFiles(join(folder, 'log'));
  const readAll = async () => {
    for await (const _ of archiveOf(files, 'log', new Map(), () => {}));
  };
  await readAll();
  for (const text of ['one and more', 'on']) {
    writeFileSync(join(folder, 'log'), text);
    await expect(readAll()).rejects.toThrow('changed while it was copied');
  }
});
