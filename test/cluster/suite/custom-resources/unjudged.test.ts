import { afterAll, expect, it } from 'vitest';
import type { Divergence } from '../../divergences.ts';
import { openCluster } from '../../support/cluster.ts';
import { definition, definitions, objectSchema } from './definitions.ts';

const cluster = await openCluster();
afterAll(() => cluster.close());

const passed: Divergence = 'cel-functions';
const properties = {
  name: { type: 'string', maxLength: 9 },
  list: { type: 'array', maxItems: 9, items: { type: 'string', maxLength: 9 } },
};
const withRule = (rule: string) => {
  const schema = objectSchema(properties, { 'x-kubernetes-validations': [{ rule }] });
  return definition('unjudged.example.com', 'gears', [{ name: 'v1', schema }]);
};

it
  .runIf(cluster.ours)
  .each([
    'sets.contains(self.list, ["a"])',
    'format.dns1123Label().validate(self.name).hasValue()',
    'lists.range(3).size() == 3',
    'quantity(self.name).isInteger()',
  ])(`the rule %s is taken; the sandbox warns that it judges nothing by it (${passed})`, async (rule) => {
  const { status, text, headers } = await cluster.post(`${definitions}?dryRun=All`, withRule(rule));
  expect(status, text).toBe(201);
  if (cluster.on !== 'sandbox') expect(headers.warning).toBeUndefined();
  else expect(headers.warning).toContain('is not judged here: it passes for every object');
});

it.runIf(cluster.ours)('a rule that is judged is not warned of, one that is none is refused', async () => {
  const taken = await cluster.post(`${definitions}?dryRun=All`, withRule('self.name.startsWith("a")'));
  expect([taken.status, taken.headers.warning]).toEqual([201, undefined]);
  const { status, body } = await cluster.post(`${definitions}?dryRun=All`, withRule('self.name ==='));
  expect([status, body.reason]).toEqual([422, 'Invalid']);
});
