import { expect, it } from 'vitest';
import { confirmStep } from '../../../../src/playbooks/steps/confirm.ts';
import { openStepCluster, stepContext, written } from '../../support/steps.ts';

const { connection } = await openStepCluster();

it('what destroys is confirmed by its name, by a person or by the input that holds it', async () => {
  const config = written(confirmStep, {
    confirm: { text: 'Delete it?', typed: '${' + '{ system.namespace }}', input: 'name' },
  });
  const { namespace } = connection.info;
  const right = stepContext(connection, { answer: () => ({ kind: 'typed', text: namespace }) });
  expect(await confirmStep.run(config, right.context)).toEqual({ summary: `confirmed: ${namespace}` });
  const wrong = stepContext(connection, { answer: () => ({ kind: 'typed', text: 'default' }) });
  await expect(confirmStep.run(config, wrong.context)).rejects.toThrow('It was not confirmed');
  const given = stepContext(connection, { scope: { inputs: { name: namespace } } });
  expect(await confirmStep.run(config, given.context)).toEqual({ summary: 'confirmed by the input name' });
  expect(given.asked).toEqual([]);
});
