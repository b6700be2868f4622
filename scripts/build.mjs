// Bundles the console, its load worker and its sandbox into dist/: one start-up file and chunks that are read when they
// are needed. Everything is a devDependency, so that the published package has none at run time.
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { leftOut } from './left-out.mjs';
import { onlyKubeConfig } from './only-kubeconfig.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
rmSync(`${root}dist`, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { main: 'src/main.ts', 'load-worker': 'src/load/worker.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  jsx: 'automatic',
  minify: true,
  legalComments: 'linked',
  chunkNames: 'chunks/[name]-[hash]',
  define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
  plugins: [onlyKubeConfig, leftOut],
  alias: { 'react-devtools-core': './scripts/empty.mjs', 'string-width': './scripts/remembered-widths.mjs' },
  // Packages that are CommonJS inside call require; an ES module has none of its own.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
