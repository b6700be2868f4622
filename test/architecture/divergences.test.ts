import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/base/package-root.ts';
import { divergences } from '../cluster/divergences.ts';

const folder = join(packageRoot(), 'test/cluster');
const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.ts$/.test(file) && file !== 'divergences.ts')
  .map((file) => readFileSync(join(folder, file), 'utf8'));

test('every meant divergence is held by a test, which names it', () => {
  const unused = Object.keys(divergences).filter(
    (id) => !texts.some((text) => new RegExp(`['\`]${id}['\`]`).test(text)),
  );
  expect(unused, 'name it where it is tested, or take it off the list').toEqual([]);
});

test('the list of meant divergences fits a screen', () => {
  expect(Object.keys(divergences).length).toBeLessThanOrEqual(20);
  for (const reason of Object.values(divergences)) expect(reason.length, reason).toBeLessThan(160);
});
