import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { loadRun } from '../../../src/cli/run-loading.ts';
import { everyStep } from '../../../src/playbooks/plan.ts';
import type { RunRecord } from '../../../src/playbooks/runs/events.ts';
import { parseJournal } from '../../../src/playbooks/runs/journal.ts';
import { stepKinds } from '../../../src/playbooks/steps/registry.ts';
import { finishProgram } from '../../cli/program-process.ts';
import { startWholeSandbox } from '../../support/whole-sandbox.ts';
import { everyKindSurroundings, everyKindWorkspace } from '../support/every-kind-of-step.ts';
import { compiledProgram } from '../support/helm.ts';
import { createHttp } from '../support/http.ts';
import { toldByStep } from '../support/told.ts';

const real = inject('realCluster');
const sandbox = await startWholeSandbox(5);
const surroundings = await everyKindSurroundings();
const namespace = `suite-kinds-${process.pid}-${Date.now().toString(36)}`;
const servers = { sandbox: sandbox.kubeconfig, real: real?.kubeconfig ?? '' };

/** One run of the playbook on one server, by the built program. */
async function run(kubeconfig: string, code: number, ...given: string[]): Promise<RunRecord[]> {
  const { env, inputs } = surroundings;
  const set = { ...inputs, typed: namespace };
  const command = ['run', 'shop/everything', '--yes', '--trust', '--output', 'ndjson', '-n', namespace];
  const sets = Object.entries(set).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const secret = ['--set-env', 'password=SUITE_PASSWORD'];
  const ended = await finishProgram(
    [...command, '--kubeconfig', kubeconfig, ...sets, ...secret, ...given],
    { ...env, SUITE_PASSWORD: 'p4ssw0rd-of-the-shop' },
    everyKindWorkspace(),
  );
  const said = ended.code === code ? '' : ended.stderr + ended.stdout.slice(-3000);
  expect({ code: ended.code, said }).toEqual({ code, said: '' });
  expect(ended.stdout + ended.stderr).not.toContain('p4ssw0rd');
  return parseJournal(ended.stdout);
}

afterAll(async () => {
  surroundings.close();
  await sandbox.close();
  if (!real) return;
  const http = createHttp(real);
  await http.remove(`/api/v1/namespaces/${namespace}`);
  http.end();
});

describe.skipIf(!real || real.given || !compiledProgram('helm'))('a playbook of every kind of step', () => {
  const runs = { sandbox: [] as RunRecord[][], real: [] as RunRecord[][] };
  beforeAll(async () => {
    await Promise.all(
      (['sandbox', 'real'] as const).map(async (server) => {
        runs[server].push(await run(servers[server], 0));
        runs[server].push(await run(servers[server], 1, '--set', 'broken=true'));
      }),
    );
  }, 280_000);

  it('has every kind', () => {
    const loaded = loadRun({ playbook: 'shop/everything', workspace: everyKindWorkspace(), manifests: 'bundled' });
    const kinds = new Set(everyStep(loaded.playbook).map(({ step }) => step.kind));
    expect(stepKinds.map(({ name }) => name).filter((name) => !kinds.has(name))).toEqual([]);
  });

  it.each([
    ['when everything goes well', 0],
    ['when the last step fails and is taken back, after everything was there already', 1],
  ])('writes the same journal on both servers %s', (_, index) => {
    const [onSandbox, onReal] = [toldByStep(runs.sandbox[index] ?? []), toldByStep(runs.real[index] ?? [])];
    expect(onSandbox.length).toBeGreaterThan(60);
    expect(onSandbox).toEqual(onReal);
  });
});
