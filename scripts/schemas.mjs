// Writes schemas/*.json and docs/steps.md from the program's own schemas; with --check it only says which are not current.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'tars-console-schemas-'));
try {
  const outfile = join(folder, 'schemas.mjs');
  await build({
    entryPoints: [join(root, 'src/cli/schemas.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  const { generatedFiles } = await import(pathToFileURL(outfile).href);
  let stale = 0;
  for (const [name, text] of Object.entries(generatedFiles(root))) {
    const file = join(root, name);
    const current = existsSync(file) && readFileSync(file, 'utf8') === text;
    if (current) continue;
    if (process.argv.includes('--check')) {
      console.error(`${name} is not current: npm run schemas`);
      stale += 1;
    } else {
      writeFileSync(file, text);
      console.log(name);
    }
  }
  process.exitCode = stale > 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
