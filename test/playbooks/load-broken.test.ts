import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPlaybookFile } from '../../src/playbooks/load.ts';
import { testKinds } from './load-kinds.ts';

const root = join(import.meta.dirname, '../fixtures/playbooks');
const folder = join(root, 'broken');
const fixtures = readdirSync(folder).filter((name) => name.endsWith('.yaml') && name !== 'callee.yaml');

interface Expected {
  file: string;
  place: string;
  message: string;
  hint: string;
}

/** `#! [file] line:column message ~ hint` at the end of a fixture. */
function expectations(name: string): Expected[] {
  return [
    ...readFileSync(join(folder, name), 'utf8').matchAll(/^#! (?:(\S+\.yaml) )?(\d+:\d+) ?(.*?)(?: ~ (.*))?$/gm),
  ].map(([, file = name, place = '', message = '', hint = '']) => ({ file, place, message, hint }));
}

describe('a broken playbook', () => {
  it('has a fixture for every way to break it', () => {
    expect(fixtures.length).toBeGreaterThanOrEqual(30);
  });

  it.each(fixtures)('is reported with every place: %s', (name) => {
    const shown = (path: string) => relative(folder, path);
    const { value, diagnostics } = loadPlaybookFile(join(folder, name), {
      roots: [{ folder: root, source: 'bundled' }],
      stepKinds: testKinds,
      shown,
    });
    const expected = expectations(name);
    expect(expected.length).toBeGreaterThan(0);
    expect(diagnostics.map(({ file, line, column }) => `${file} ${line}:${column}`)).toEqual(
      expected.map(({ file, place }) => `${file} ${place}`),
    );
    for (const [index, diagnostic] of diagnostics.entries()) {
      expect(diagnostic.message).toContain(expected[index]?.message);
      expect(diagnostic.hint ?? '').toContain(expected[index]?.hint);
      expect(diagnostic.frame.some((line) => line.includes('^'))).toBe(true);
    }
    expect(value).toBeUndefined();
  });
});
