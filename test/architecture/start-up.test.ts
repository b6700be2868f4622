import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/base/package-root.ts';

const heavy = ['zod', 'yaml', 'ws', 'undici', 'tar-stream', 'protobufjs', '@kubernetes/client-node', '@peculiar/x509'];

/** Packages and rooms that are loaded before anything of this file is run; type imports and `import()` are not. */
function loadedWith(file: string, found = new Map<string, string>()): Map<string, string> {
  const text = readFileSync(join(packageRoot(), file), 'utf8');
  for (const [, target = ''] of text.matchAll(/^(?:import|export)\s(?!type\s)[^;]*?from\s+'([^']+)';$/gm)) {
    const next = target.startsWith('.') ? normalize(join(dirname(file), target)) : target;
    if (found.has(next)) continue;
    found.set(next, file);
    if (target.startsWith('.')) loadedWith(next, found);
  }
  return found;
}

test.each(['src/main.ts', 'src/cli/console.ts', 'src/app/open-screen.tsx'])(
  'the first frame waits for no client, schema or step: %s',
  (entry) => {
    const loaded = loadedWith(entry);
    expect(loaded.size, 'the test sees imports').toBeGreaterThan(5);
    const needless = [...loaded].filter(
      ([name]) =>
        heavy.some((one) => name === one || name.startsWith(`${one}/`)) ||
        /^src\/playbooks\/(steps|report|loading)\//.test(name),
    );
    expect(needless.map(([name, by]) => `${by} imports ${name}: import() it where it is used`)).toEqual([]);
  },
);
