import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/base/package-root.ts';
import { loadCatalog } from '../../src/cli/catalog.ts';
import { validateAll } from '../../src/cli/validate.ts';

const example = join(packageRoot(), 'playbooks/examples/guest-book');

test('the example is valid where it is, and is no system of the console itself', () => {
  expect(validateAll(example)).toEqual([]);
  expect(loadCatalog({ workspace: example }).names).toContain('guest-book/deploy');
  const { systems, menus, names } = loadCatalog({ workspace: join(example, '..') });
  expect(systems.map(({ name }) => name)).not.toContain('guest-book');
  expect(menus.map(({ system }) => system)).not.toContain('guest-book');
  expect(names.filter((name) => /guest-book|example/.test(name))).toEqual([]);
});
