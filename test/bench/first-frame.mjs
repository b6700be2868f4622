import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { median, openTerminal } from './terminal.mjs';

const bareInk = `
import React from 'react';
import { render, Text } from 'ink';
render(React.createElement(Text, null, 'tars-console'), { alternateScreen: true });
setInterval(() => {}, 1000);
`;

/** The console's first frame with an API server that does not answer, beside a bare Ink bundle that prints one line. */
export async function run(root) {
  // Inside the package, so that the bundle finds Ink.
  const folder = join(root, 'dist', 'bench');
  mkdirSync(folder, { recursive: true });
  const state = mkdtempSync(join(tmpdir(), 'tars-console-bench-'));
  try {
    writeFileSync(join(folder, 'bare.mjs'), bareInk);
    await build({
      entryPoints: [join(folder, 'bare.mjs')],
      outfile: join(folder, 'bare-bundle.mjs'),
      bundle: true,
      minify: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
      alias: { 'react-devtools-core': join(root, 'scripts/empty.mjs') },
      banner: { js: "import { createRequire as __c } from 'node:module'; const require = __c(import.meta.url);" },
      logLevel: 'error',
    });
    const kubeconfig = join(state, 'kubeconfig');
    writeFileSync(kubeconfig, unreachableCluster);
    const env = { KUBECONFIG: kubeconfig, XDG_STATE_HOME: state, XDG_CONFIG_HOME: state, XDG_RUNTIME_DIR: state };
    const [bare, ours] = [[], []];
    for (let i = 0; i < 7; i += 1) {
      bare.push(await timeToFrame(join(folder, 'bare-bundle.mjs'), env));
      ours.push(await timeToFrame(join(root, 'bin/tars-console.js'), env));
    }
    const ratio = median(ours.slice(1).map((time, i) => time / bare[i + 1]));
    return [
      `first frame: ${median(ours).toFixed(0)} ms, a bare Ink bundle ${median(bare).toFixed(0)} ms: ratio ${ratio.toFixed(2)} (budget 1.4)`,
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(state, { recursive: true, force: true });
  }
}

async function timeToFrame(program, env) {
  const terminal = openTerminal(process.execPath, [program], { cols: 100, rows: 30, env });
  const at = await terminal.waitFor('tars-console');
  await terminal.close();
  return at - terminal.started;
}

const unreachableCluster = `apiVersion: v1
kind: Config
current-context: gone
clusters: [{name: gone, cluster: {server: 'https://127.0.0.1:9'}}]
contexts: [{name: gone, context: {cluster: gone, user: gone}}]
users: [{name: gone, user: {token: none}}]
`;
