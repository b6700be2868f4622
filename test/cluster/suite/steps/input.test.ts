import { expect, it } from 'vitest';
import { inputStep } from '../../../../src/playbooks/steps/input.ts';
import { secretStep } from '../../../../src/playbooks/steps/secret.ts';
import { openStepCluster, stepContext, written } from '../../support/steps.ts';

const { cluster, connection } = await openStepCluster();

it('a secret that is typed in the middle of a run reaches the cluster and nothing else', async () => {
  const step = stepContext(connection, { answer: () => ({ kind: 'input', text: 'typed-by-hand-7' }) });
  const input = written(inputStep, { input: { name: 'token', text: 'Token?', sensitive: true } });
  expect(await inputStep.run(input, step.context)).toEqual({ summary: 'token is known' });
  const secret = written(secretStep, { secret: { name: 'asked', keys: { TOKEN: 'token' } } });
  await secretStep.run(secret, step.context);
  const { namespace } = connection.info;
  const { body } = await cluster.get(`/api/v1/namespaces/${namespace}/secrets/asked`);
  expect(Buffer.from(body.data.TOKEN, 'base64').toString()).toBe('typed-by-hand-7');
  expect(JSON.stringify([step.said, step.progress, step.asked])).not.toContain('typed-by-hand');
});
