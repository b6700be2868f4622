import { afterEach, expect, test } from 'vitest';
import type { StepKind } from '../../../src/playbooks/step-kind.ts';
import { stepKinds } from '../../../src/playbooks/steps/registry.ts';
import { openBench, type StepBench } from './context.ts';

let bench: StepBench | undefined;
afterEach(async () => bench?.close());

const kind = stepKinds.find(({ name }) => name === 'delete') as StepKind;

test('objects of another namespace go there, and those of the same name in the run’s own stay', async () => {
  bench = await openBench();
  const { api, context } = bench;
  await api.client.create('/api/v1/namespaces', { metadata: { name: 'keys' } });
  for (const place of ['keys', 'tars'])
    await api.client.create(`/api/v1/namespaces/${place}/secrets`, { metadata: { name: 'key' } });
  // Nobody collects what is deleted in the foreground on this bench.
  const config = { delete: { objects: ['Secret/key'], namespace: 'keys' }, wait: 'none' };
  expect((await kind.plan?.(config, context))?.changes).toMatchObject([{ namespace: 'keys', action: 'delete' }]);
  const needs = (await kind.access?.(config, context)) ?? [];
  expect(new Set(needs.map(({ namespace }) => namespace))).toEqual(new Set(['keys']));
  expect(await kind.equivalent(config, context)).toEqual([
    'kubectl delete --ignore-not-found --cascade=foreground secret/key -n keys',
  ]);
  const before = await kind.before?.(config, context);
  expect(before).toMatchObject({ objects: [{ ref: { namespace: 'keys' } }] });
  await kind.run(config, context);
  const { metadata } = (await api.send('GET', '/api/v1/namespaces/keys/secrets/key')).json;
  expect(metadata.deletionTimestamp).toBeTruthy();
  expect(
    (await api.send('GET', '/api/v1/namespaces/tars/secrets/key')).json.metadata.deletionTimestamp,
  ).toBeUndefined();
});
