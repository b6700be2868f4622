// Brings up the real control plane of the cluster suite, for as long as it is not interrupted. Node 20 runs no TypeScript,
// so that it is bundled first.
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const outfile = join(root, 'node_modules/.cache/control-plane/main.mjs');
await build({
  entryPoints: [join(root, 'test/cluster/control-plane/main.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  logLevel: 'error',
});
await import(pathToFileURL(outfile).href);
