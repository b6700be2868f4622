import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { startThroughGates } from '../../src/cli/console-gates.ts';
import { loadRun } from '../../src/cli/run-loading.ts';
import { GateProblem } from '../../src/playbooks/runs/gate.ts';
import { writeKubeconfig } from '../support/cluster.ts';

it('a yes at the screen counts for what was shown, not for what is there by then', async () => {
  const workspace = mkdtempSync(join(tmpdir(), 'tars-console-gates-'));
  vi.stubEnv('XDG_STATE_HOME', join(workspace, 'state'));
  const folder = join(workspace, '.tars-console', 'playbooks', 'shop');
  mkdirSync(folder, { recursive: true });
  const write = (word: string) =>
    writeFileSync(join(folder, 'up.yaml'), `title: Up\nsteps:\n  - title: Say\n    command: [echo, ${word}]\n`);
  const cluster = { kubeconfig: writeKubeconfig({ server: 'https://127.0.0.1:1' }), sandbox: false };
  const started = vi.fn(async () => ({ id: 'x', folder: 'y' }));
  const start = (trust?: string) => {
    const loaded = loadRun({ playbook: 'shop/up', workspace, manifests: 'bundled' });
    return startThroughGates(loaded, cluster, trust === undefined ? {} : { trust }, started);
  };
  const gateOf = async (starting: Promise<unknown>) => {
    const thrown: unknown = await starting.catch((error) => error);
    if (!(thrown instanceof GateProblem) || thrown.gate.kind !== 'outside') throw new Error('nothing was asked');
    return thrown.gate;
  };
  write('hello');
  const shown = await gateOf(start());
  expect(shown.steps).toEqual(['Say: command: [echo, hello]']);
  write('evil');
  const again = await gateOf(start(shown.hash));
  expect(again.steps).toEqual(['Say: command: [echo, evil]']);
  expect(started).not.toHaveBeenCalled();
  await start(again.hash);
  await start();
  expect(started).toHaveBeenCalledTimes(2);
  vi.unstubAllEnvs();
});
