import { afterEach, expect, test } from 'vitest';
import type { StepKind } from '../../../src/playbooks/step-kind.ts';
import { stepKinds } from '../../../src/playbooks/steps/registry.ts';
import { openBench, type StepBench } from './context.ts';

let bench: StepBench | undefined;
afterEach(async () => bench?.close());

const secret = stepKinds.find(({ name }) => name === 'secret') as StepKind;

test('a Secret of another namespace is previewed, written, found again and would be taken back there, and asks for rights there', async () => {
  bench = await openBench({ files: {}, scope: { inputs: { place: 'cache' } } });
  const { api, context } = bench;
  await api.client.create('/api/v1/namespaces', { metadata: { name: 'cache' } });
  const config = {
    secret: { name: 'redis', namespace: '$' + '{{ inputs.place }}', keys: { user: { value: 'anna' } } },
  };
  const path = '/api/v1/namespaces/cache/secrets/redis';
  expect((await secret.plan?.(config, context))?.changes[0]).toMatchObject({ namespace: 'cache', action: 'create' });
  expect(await secret.access?.(config, context)).toMatchObject([{ kind: 'Secret', namespace: 'cache' }]);
  const before = await secret.before?.(config, context);
  await secret.run(config, context);
  expect((await api.send('GET', path)).json.data).toEqual({ user: Buffer.from('anna').toString('base64') });
  expect(await secret.probe?.(config, context, before)).toMatchObject({ done: true });
  expect((await secret.equivalent(config, context)).join('\n')).toContain('-n cache');
  expect((await secret.planUndo?.(config, context, before))?.changes).toMatchObject([
    { namespace: 'cache', action: 'delete' },
  ]);
});
