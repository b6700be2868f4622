import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { RunRecord } from '../../../src/playbooks/runs/events.ts';
import { parseJournal } from '../../../src/playbooks/runs/journal.ts';
import { finishProgram } from '../../cli/program-process.ts';
import { startWholeSandbox } from '../../support/whole-sandbox.ts';

const real = inject('realCluster');
const sandbox = await startWholeSandbox(5);
afterAll(() => sandbox.close());

const servers = { sandbox: sandbox.kubeconfig, real: real?.kubeconfig ?? '' };
const secrets = {
  SUITE_JWT_SECRET: 'a-signing-key-that-is-longer-than-32-bytes',
  SUITE_PASSWORD: 'p4ssw0rd-of-the-database',
};
const given = ['--set-env', 'jwtSecret=SUITE_JWT_SECRET', '--set-env', 'postgresPassword=SUITE_PASSWORD'];
// Long enough for summaries and targets; the demo's own figures are the bench's business.
const load = ['profile=custom', 'rate=60', 'duration=10s'].flatMap((value) => ['--set', value]);

interface Journey {
  deployment: RunRecord[];
  again: RunRecord[];
  load: RunRecord[];
  cleanUp: RunRecord[];
}

async function travel(kubeconfig: string): Promise<Journey> {
  const run = async (playbook: string, ...more: string[]) => {
    const command = ['run', `tars/${playbook}`, '--yes', '--output', 'ndjson', '--kubeconfig', kubeconfig];
    const { code, stdout, stderr } = await finishProgram([...command, ...more], secrets);
    expect({ playbook, code, said: code === 0 ? '' : stderr + stdout.slice(-3000) }).toEqual({
      playbook,
      code: 0,
      said: '',
    });
    return parseJournal(stdout);
  };
  return {
    deployment: await run('full-deployment', '--set', 'loadTest=false', ...given),
    again: await run('deploy', ...given),
    load: await run('load-test', ...load),
    cleanUp: await run('clean-up', '--set', 'confirmName=tars', '--set', 'deleteVolumes=true'),
  };
}

/** A journal without what differs each time: ids, times, the names of clusters, and figures that were measured. */
function told(records: RunRecord[], measured: boolean): unknown[] {
  return records.flatMap((record): unknown[] => {
    if (record.type === 'run-started') {
      const { cluster: _, id: __, ...run } = record.run as typeof record.run & Record<string, unknown>;
      return [{ type: record.type, steps: run.steps.map(({ id, title, kind }) => ({ id, title, kind })) }];
    }
    const { v: _, seq: __, at: ___, ...what } = record as RunRecord & Record<string, unknown>;
    const text = JSON.stringify(what, (key, value) => (key === 'ms' || key === 'outputs' ? undefined : value));
    const plain = text
      .replace(/\d+(\.\d+)? (ms|s)\b/g, 'N $2')
      .replace(/v1\.36\.\d+/g, 'v1.36')
      .replace(/--kubeconfig \S+|--context \S+|--sandbox/g, '--cluster');
    return [JSON.parse(measured ? plain.replace(/\d[\d.,]*/g, 'N') : plain)];
  });
}

describe.skipIf(!real || real.given)('the console on both servers', () => {
  const journeys = {} as Record<keyof typeof servers, Journey>;
  beforeAll(async () => {
    // One after the other: two load tests at once would measure each other.
    for (const server of ['sandbox', 'real'] as const) journeys[server] = await travel(servers[server]);
  }, 280_000);

  it.each([
    ['a deployment from nothing, verified', 'deployment', false],
    ['a second deployment that changes nothing', 'again', false],
    ['a load test', 'load', true],
    ['the clean-up', 'cleanUp', false],
  ] as const)('writes the same journal of %s', (_, part, measured) => {
    const [onSandbox, onReal] = [told(journeys.sandbox[part], measured), told(journeys.real[part], measured)];
    expect(onSandbox.length).toBeGreaterThan(5);
    expect(onSandbox).toEqual(onReal);
  });
});
