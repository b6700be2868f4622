import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { packageRoot } from '../../../src/base/package-root.ts';
import { sealedKind } from '../../../src/playbooks/steps/save/objects.ts';
import { seal } from '../../../src/playbooks/steps/save/sealed.ts';

test('the lines in docs/playbooks.md open the Secrets of a backup with Node.js alone, and only with the passphrase', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tars-console-by-hand-'));
  const text = readFileSync(join(packageRoot(), 'docs', 'playbooks.md'), 'utf8');
  const [, script = ''] = /```js\n(\/\/ open\.mjs\n[\s\S]*?)```/.exec(text) ?? [];
  writeFileSync(join(folder, 'open.mjs'), script);
  const secrets = [{ kind: 'Secret', metadata: { name: 'shop' }, data: { PASSWORD: 'x'.repeat(500) } }];
  const spec = await seal(JSON.stringify(secrets), 'twelve letters or more', { N: 1024, r: 8, p: 1 });
  const backup = `---\nkind: ConfigMap\n---\n${stringify({ ...sealedKind, metadata: { name: 'secrets' }, spec })}`;
  writeFileSync(join(folder, 'backup.yaml'), backup);
  const open = (input: string) =>
    execFileSync(process.execPath, [join(folder, 'open.mjs'), join(folder, 'backup.yaml')], { input, stdio: 'pipe' });
  expect(JSON.parse(open('twelve letters or more\n').toString())).toEqual(secrets);
  expect(() => open('another passphrase')).toThrow(/authenticate/);
});
