import { expect, it } from 'vitest';
import { applyStep } from '../../../../src/playbooks/steps/apply.ts';
import { patchStep } from '../../../../src/playbooks/steps/patch.ts';
import { openStepCluster, stepContext, written } from '../../support/steps.ts';

const { cluster, connection } = await openStepCluster();
const base = `/api/v1/namespaces/${connection.info.namespace}/configmaps`;
const manifest = (name: string, data: Record<string, string>) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\ndata: ${JSON.stringify(data)}\n`;
const dataOf = async (name: string) => (await cluster.get(`${base}/${name}`)).body.data;

async function apply(name: string, data: Record<string, string>, more: object) {
  const step = stepContext(connection, { files: { 'it.yaml': manifest(name, data) } });
  const config = written(applyStep, { apply: 'it.yaml', ...more });
  const preview = await applyStep.plan?.(config, step.context);
  const { summary } = await applyStep.run(config, step.context);
  return { change: preview?.changes[0], summary, said: step.said };
}

async function patchWith(name: string, data: Record<string, string>) {
  const { context } = stepContext(connection);
  await patchStep.run(written(patchStep, { patch: { object: `ConfigMap/${name}`, merge: { data } } }), context);
}

it('what other steps and other people have changed stays with leave-changed; what the file changes elsewhere arrives', async () => {
  const more = { conflicts: 'leave-changed' };
  await apply('settings', { ttl: '3600', limit: '30', level: 'info' }, more);
  await patchWith('settings', { ttl: '600' });
  await cluster.patch(`${base}/settings`, { data: { limit: '60' } }, 'merge-patch+json', {
    query: { fieldManager: 'kubectl-edit' },
  });
  const again = await apply('settings', { ttl: '3600', limit: '30', level: 'debug' }, more);
  expect(await dataOf('settings')).toEqual({ ttl: '600', limit: '60', level: 'debug' });
  expect(again.change?.note).toMatch(/keeps what was changed since: .*\.data\.ttl/);
  expect(again.change?.fields).toEqual([{ path: 'data.level', before: 'info', after: 'debug' }]);
  expect(again.said.join('\n')).toContain('.data.limit');
  expect((await apply('settings', { ttl: '3600', limit: '30', level: 'debug' }, more)).summary).toContain('unchanged');
  // Without it, what this program has set itself is taken back.
  await apply('settings', { ttl: '3600', level: 'debug' }, {});
  expect((await dataOf('settings')).ttl).toBe('3600');
});

it('a field that is to be kept stays as it is, is new where it is missing, and the plan says so', async () => {
  const more = { keep: [{ select: 'ConfigMap', path: 'data.size' }] };
  expect((await apply('kept', { size: '5', other: 'a' }, more)).change?.note).toBeUndefined();
  const second = await apply('kept', { size: '9', other: 'b' }, more);
  expect(second.change).toMatchObject({ note: 'data.size stays 5, not 9' });
  expect(await dataOf('kept')).toEqual({ size: '5', other: 'b' });
  // A manifest that leaves it out does not take it away either.
  await apply('kept', { other: 'c' }, more);
  expect(await dataOf('kept')).toEqual({ size: '5', other: 'c' });
});

it('a field that was taken away since stays away where that is wanted', async () => {
  const more = { keep: [{ select: 'ConfigMap', path: 'data.issuer', absent: true }] };
  await apply('away', { issuer: 'production', other: 'a' }, more);
  await cluster.patch(`${base}/away`, { data: { issuer: null } }, 'merge-patch+json');
  const second = await apply('away', { issuer: 'production', other: 'b' }, more);
  expect(second.change).toMatchObject({ note: 'data.issuer stays away' });
  expect(await dataOf('away')).toEqual({ other: 'b' });
});
