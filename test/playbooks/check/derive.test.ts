import { expect, it } from 'vitest';
import type { Playbook } from '../../../src/playbooks/model.ts';
import { createPlanContext } from '../../../src/playbooks/plan-context.ts';
import { derive } from '../../../src/playbooks/steps/check/derive.ts';

const context = createPlanContext({ folder: '/', file: 'test.yaml', system: 'test' } as Playbook, 'tars', {});
const pods = [{ ready: true }, { ready: false }];

it('names what findings ask, each over those before it', () => {
  const names = { waiting: 'pods.filter(p, !p.ready)', anyWaits: 'waiting.size() > 0' };
  expect(derive(names, { values: { pods }, errors: {} }, context)).toEqual({
    values: { pods, waiting: [{ ready: false }], anyWaits: true },
    errors: {},
  });
});

it('what rests on something unread is unread for the same reason, and what is not is known', () => {
  const names = { waiting: 'pods.filter(p, !p.ready)', anyWaits: 'waiting.size() > 0', two: '1 + 1' };
  const error = 'pods could not be read: forbidden';
  const { values, errors } = derive(
    names,
    { values: { pods: { error: 'forbidden' } }, errors: { pods: error } },
    context,
  );
  expect(errors).toEqual({ pods: error, waiting: error, anyWaits: error });
  expect(values).toMatchObject({ waiting: { error }, two: 2 });
});

it('what cannot be worked out says why', () => {
  const { errors } = derive({ first: 'pods[7].ready' }, { values: { pods }, errors: {} }, context);
  expect(errors.first).toMatch(/^first could not be worked out: An expression could not be evaluated: /);
});
