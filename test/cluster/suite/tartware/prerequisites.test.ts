import { expect, it } from 'vitest';
import type { Finding } from '../../../../src/playbooks/finding.ts';
import { openPlaybook } from '../../support/run-playbook.ts';
import { openStepCluster } from '../../support/steps.ts';

const { cluster, connection } = await openStepCluster();
const rehearsing = { ...connection, info: { ...connection.info, sandbox: true } };

it('Prerequisites: nodes against the replica table, programs with their install lines, rights, and nothing is written', async () => {
  const before = (await cluster.get('/api/v1/namespaces')).body.metadata.resourceVersion;
  const playbook = await openPlaybook(rehearsing, 'tartware/prerequisites', {});
  const { records } = await playbook.run(await playbook.plan());
  const findings: Finding[] = records.flatMap((one) => (one.type === 'step-result' ? (one.findings ?? []) : []));
  const about = (title: string) => findings.find((one) => one.title.startsWith(title));
  expect(about('You may create and change what Tartware')).toMatchObject({ level: 'ok' });
  expect(about('The workers have the cores for the least')).toMatchObject({
    level: 'ok',
    expected: '1.9 cores at a scale of 1:10',
  });
  expect(about('The workers carry the table at its height')?.expected).toBe('16.7 cores and 26.6 Gi');
  for (const program of ['kubectl', 'helmfile', 'k6']) {
    const found = about(`${program} is here (optional)`);
    if (found?.level !== 'ok') expect(found?.repair).toMatch(/curl|apt|dnf|apk|pacman|brew|https:/);
  }
  expect(before).toBeDefined();
  const { body } = await cluster.get(`/apis/apps/v1/namespaces/${connection.info.namespace}/deployments`);
  expect(body.items).toEqual([]);
});

it('Full deployment: its plan names every part in order, from the checks to the first load', async () => {
  const playbook = await openPlaybook(rehearsing, 'tartware/full-deployment', {});
  const text = JSON.stringify(await playbook.plan());
  const parts = [
    'Check prerequisites',
    'Set up the infrastructure',
    'Base configuration',
    'Configure secrets',
    'Deploy applications',
  ];
  const places = [...parts, 'Ingress and DNS', 'Verify deployment', 'Smoke test'].map((part) =>
    text.indexOf(`"${part}"`),
  );
  expect(places.every((place) => place >= 0)).toBe(true);
  expect(places).toEqual([...places].sort((one, other) => one - other));
});
