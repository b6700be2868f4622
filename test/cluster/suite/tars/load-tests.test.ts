import { expect, it } from 'vitest';
import { openPlaybook } from '../../support/run-playbook.ts';
import { deploySmallSystem } from '../../support/small-system.ts';
import { openStepCluster } from '../../support/steps.ts';

const { cluster, connection } = await openStepCluster();

async function measure(profile: string) {
  const playbook = await openPlaybook(connection, 'tars/load-test', { profile });
  const { status, records } = await playbook.run(await playbook.plan());
  const result = records.find((record) => record.type === 'step-result' && record.step === profile);
  if (result?.type !== 'step-result') throw new Error(JSON.stringify(records.slice(-3)));
  return { status, findings: result.findings?.map(({ title }) => title), ...result.outputs };
}

it('Load test: the basic one sends what is due and is judged by the targets; the stress test ends where it no longer holds', async () => {
  await deploySmallSystem(cluster, connection.info.namespace);
  // Both at once on one pod: neither is to hold, and both are to say so.
  const [basic, stress] = await Promise.all([measure('basic'), measure('stress')]);
  expect(basic).toMatchObject({ status: 'not-met', requests: 12_480 });
  expect(basic.findings).toEqual([
    'No client sends more than the system allows it',
    'P95 latency ≤ 250 ms',
    'Throughput ≥ 200 requests a second',
    'Cache hit ratio ≥ 75 %',
    'Error rate ≤ 0.5 %',
  ]);
  expect(stress.findings?.length).toBeGreaterThan(0);
  expect(['done', 'not-met']).toContain(stress.status);
}, 180_000);
