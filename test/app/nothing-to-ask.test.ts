import { expect, it } from 'vitest';
import { initialState, open } from '../../src/app/state.ts';
import { updateApp } from '../../src/app/update.ts';

const playbook = 'tars/load-test';
const entry = { ref: playbook, title: 'Load test', description: '', hasInputs: true, diagnosis: false };
const begin = initialState({ catalog: { systems: [], menus: {}, playbooks: { [playbook]: entry }, faults: [] } });
const presets = { profile: 'basic' };
const asking = open(begin, { type: 'form', playbook, title: 'Basic', presets, form: undefined });
const rate = { name: 'rate', label: 'rate', type: 'number' as const, initial: 200 };

it('a form in which nothing is open leads to the plan at once, behind which is the menu', () => {
  const field = { ...rate, shown: () => false };
  const { state, effects } = updateApp(asking, { type: 'form', playbook, fields: [field] }, {} as never);
  expect(state.screen).toMatchObject({ type: 'plan', playbook, title: 'Basic' });
  expect(state.back.map(({ type }) => type)).not.toContain('form');
  expect(effects).toEqual([expect.objectContaining({ type: 'make-plan', inputs: expect.objectContaining(presets) })]);
});

it('a form with something to choose is shown', () => {
  const { state } = updateApp(asking, { type: 'form', playbook, fields: [rate] }, {} as never);
  expect(state.screen).toMatchObject({ type: 'form', form: expect.anything() });
});
