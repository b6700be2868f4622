import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../../src/base/package-root.ts';
import { compiledProgram } from '../support/helm.ts';

it('what is applied without helm is what helm makes of the charts', () => {
  const helm = compiledProgram('helm') ?? '';
  const env = { ...process.env, PATH: `${dirname(helm)}:${process.env.PATH}` };
  const script = join(packageRoot(), 'scripts', 'chart-stand-ins.mjs');
  const said = execFileSync(process.execPath, [script, '--check'], { env, encoding: 'utf8' });
  expect(said).toMatch(/^[1-9]\d* files of .*tartware/);
});
