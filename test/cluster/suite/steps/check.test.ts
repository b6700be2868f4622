import { expect, it } from 'vitest';
import { checkStep } from '../../../../src/playbooks/steps/check.ts';
import { openStepCluster, stepContext, written } from '../../support/steps.ts';

const { connection } = await openStepCluster();

it('what was read is judged; only what is fatal fails it', async () => {
  const { context } = stepContext(connection);
  const finding = (title: string, expect: string, level?: string) => ({
    title,
    expect,
    ...(level ? { level } : {}),
    expected: 'so',
    observed: 'otherwise',
    repair: 'kubectl version',
  });
  const config = written(checkStep, {
    check: {
      collect: {
        version: { path: '/version' },
        account: { get: 'v1/ServiceAccount', name: 'default' },
        absent: { get: 'v1/ConfigMap', name: 'absent' },
        rights: { can: [{ verb: 'create', group: 'apps', resource: 'deployments' }] },
      },
      findings: [
        finding('It is Kubernetes 1', 'version.major == "1"'),
        finding('There is an account', 'account.metadata.name == "default"'),
        finding('One may deploy', 'rights.all(right, right.allowed)'),
        finding('There is a map', 'absent != null', 'warning'),
        finding('It is Kubernetes 2', 'version.major == "2"'),
      ],
    },
  });
  const { status, findings, outputs, evidence } = await checkStep.run(config, context);
  expect(findings?.map(({ level }) => level)).toEqual(['ok', 'ok', 'ok', 'warning', 'fatal']);
  expect([status, outputs]).toEqual(['not-met', { ok: 3, warnings: 1, fatal: 1 }]);
  expect(evidence).toEqual(['It is Kubernetes 2: expected so, observed otherwise', '  repair: kubectl version']);
});
