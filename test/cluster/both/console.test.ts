import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { RunRecord } from '../../../src/playbooks/runs/events.ts';
import { parseJournal } from '../../../src/playbooks/runs/journal.ts';
import { finishProgram } from '../../cli/program-process.ts';
import { startWholeSandbox } from '../../support/whole-sandbox.ts';
import { told } from '../support/told.ts';

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
  const run = async (playbook: string, codes: number[], ...more: string[]) => {
    const command = ['run', `tars/${playbook}`, '--yes', '--output', 'ndjson', '--kubeconfig', kubeconfig];
    const { code, stdout, stderr } = await finishProgram([...command, ...more], secrets);
    const ended = { playbook, code, said: codes.includes(code) ? '' : stderr + stdout.slice(-3000) };
    expect(ended).toEqual({ playbook, code, said: '' });
    return parseJournal(stdout);
  };
  return {
    deployment: await run('full-deployment', [0], '--set', 'loadTest=false', ...given),
    again: await run('deploy', [0]),
    // 3: a busy machine is slower than the targets; how quick it is belongs to the bench.
    load: await run('load-test', [0, 3], ...load),
    cleanUp: await run('clean-up', [0], '--set', 'confirmName=tars', '--set', 'deleteVolumes=true'),
  };
}

/** What was measured, by title: the figures are this machine's, and so is whether they are good enough. */
function measured(records: RunRecord[]): unknown[] {
  return records.map((record) => {
    if (record.type !== 'step-result' || record.status === 'skipped') return record.type;
    const { requests, errorRate } = (record.outputs ?? {}) as { requests?: number; errorRate?: number };
    return { step: record.step, findings: record.findings?.map(({ title }) => title), requests, errorRate };
  });
}

describe.skipIf(!real || real.given)('the console on both servers', () => {
  const journeys = {} as Record<keyof typeof servers, Journey>;
  beforeAll(async () => {
    // One after the other: two load tests at once would measure each other.
    for (const server of ['sandbox', 'real'] as const) journeys[server] = await travel(servers[server]);
  }, 280_000);

  it.each([
    ['a deployment from nothing, verified', 'deployment', told],
    ['a second deployment that changes nothing', 'again', told],
    ['a load test', 'load', (records: RunRecord[]) => measured(records).slice(0, 5)],
    ['the clean-up', 'cleanUp', told],
  ] as const)('writes the same journal of %s', (_, part, read) => {
    const [onSandbox, onReal] = [read(journeys.sandbox[part]), read(journeys.real[part])];
    expect(onSandbox.length).toBeGreaterThan(3);
    expect(onSandbox).toEqual(onReal);
  });
});
