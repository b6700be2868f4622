import { describe, expect, it } from 'vitest';
import { brokenFiles, expectations, faultsOf } from './broken-files.ts';

const files = brokenFiles();

describe('validate', () => {
  it('is held against a file for every way to break one', () => {
    expect(files.length).toBeGreaterThanOrEqual(60);
    for (const kind of ['playbooks', 'menus', 'systems', 'scenarios', 'manifests', 'configuration'])
      expect(files.filter((name) => name.startsWith(`${kind}/`)).length, kind).toBeGreaterThan(0);
  });

  it.each(files)('finds what is wrong, each fault with its place, and nothing else: %s', (name) => {
    const found = faultsOf(name);
    const expected = expectations(name);
    expect(expected.length).toBeGreaterThan(0);
    expect(found.map(({ file, line, column, message }) => `${file} ${line}:${column} ${message}`)).toEqual(
      expected.map(({ file, place, message }) => `${file} ${place} ${message}`),
    );
    for (const [index, diagnostic] of found.entries()) {
      expect(diagnostic.hint ?? '').toContain(expected[index]?.hint);
      expect(diagnostic.frame.some((line) => line.includes('^'))).toBe(true);
    }
  });
});
