import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../../src/base/package-root.ts';
import { stepKinds } from '../../../src/playbooks/steps/registry.ts';

it('every kind of step has tests that run on both servers', () => {
  const folder = join(packageRoot(), 'test', 'cluster', 'suite', 'steps');
  const untested = stepKinds.filter(({ name }) => !existsSync(join(folder, `${name}.test.ts`)));
  expect(untested.map(({ name }) => name)).toEqual([]);
});
