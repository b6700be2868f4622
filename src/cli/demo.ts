import { resolveInputs } from '../playbooks/inputs.ts';
import { attachToFolder } from '../playbooks/runs/attach.ts';
import { startRun } from '../playbooks/runs/start.ts';
import { shellWord } from '../playbooks/steps/explain.ts';
import type { GlobalOptions } from './options.ts';
import { printNote } from './output.ts';
import { refuseChanges } from './refuse-changes.ts';
import { readSpeed } from './run-cluster.ts';
import { followRun } from './run-follow.ts';
import { loadRun, titleOf } from './run-loading.ts';

export interface DemoOptions extends GlobalOptions {
  speed?: string;
  lines?: boolean;
  output?: 'text' | 'ndjson';
}

const playbook = 'tars/full-deployment';

/**
 * `demo`: the full deployment and load test on a fresh sandbox of its own; inside the console on a terminal, as lines
 * without one.
 */
export async function demoCommand(_: string[], options: DemoOptions): Promise<number> {
  refuseChanges(options, 'The demo deploys a system');
  const { output = 'text' } = options;
  const onScreen = process.stdout.isTTY === true && process.stdin.isTTY === true && !options.lines && output === 'text';
  // The demo shows what is shipped, whatever lies in the folder that it was started in.
  const request = { playbook, workspace: process.cwd(), manifests: 'bundled' as const };
  const loaded = loadRun(request);
  const { values, secrets } = resolveInputs(loaded.playbook, []);
  printNote('Starting a fresh sandbox: an embedded cluster on this machine, reached by nobody else …');
  const { ensureSandbox } = await import('./sandbox.ts');
  const ready = await ensureSandbox({ name: 'demo', fresh: true, speed: readSpeed(options.speed) });
  const cluster = { sandbox: true, kubeconfig: ready.kubeconfig, context: ready.context };
  const { id, folder } = await startRun(
    { ...request, inputs: values, cluster, assumeYes: true, interactive: onScreen, readOnly: false },
    secrets,
  );
  if (onScreen) {
    const { openConsole } = await import('./console.ts');
    return openConsole({ run: id, choice: cluster, system: loaded.system.name });
  }
  const exitCode = await followRun(attachToFolder(id, folder, 'terminal'), {
    ...{ output, owner: true, interactive: false },
    system: titleOf(loaded),
  });
  for (const line of afterwards(cluster.kubeconfig)) printNote(line);
  return exitCode;
}

function afterwards(kubeconfig: string): string[] {
  return [
    '',
    'The sandbox stays until nobody has asked it anything for ten minutes.',
    `  With kubectl:     export KUBECONFIG=${shellWord(kubeconfig)}; kubectl get pods,hpa -n tars`,
    '  In the console:   tars-console --sandbox',
    '  End the sandbox:  tars-console sandbox stop',
  ];
}
