import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { StepDefinition } from '../../src/playbooks/model.ts';
import { originOf } from '../../src/playbooks/origin.ts';
import { everyStep, planSteps } from '../../src/playbooks/plan.ts';
import { createPlanContext } from '../../src/playbooks/plan-context.ts';
import type { RunRecord } from '../../src/playbooks/runs/events.ts';
import { runPaths } from '../../src/playbooks/runs/run-folder.ts';
import { planContexts } from '../../src/playbooks/runs/run-header.ts';
import { createRunSink } from '../../src/playbooks/runs/run-sink.ts';
import { refuseEffects } from '../../src/playbooks/runs/runner.ts';
import { sensitiveInputs } from '../../src/playbooks/runs/sensitive-inputs.ts';
import type { StepKind } from '../../src/playbooks/step-kind.ts';
import { playbookOf, stepsOf } from './runs/engine.ts';

const acts: StepKind = {
  ...{ name: 'act', description: 'acts', shape: {}, effects: 'cluster' },
  run: async () => ({}),
  equivalent: async ({ name }, context) => [context.render(`do ${name}`)],
};
const password = { description: 'Its password', type: 'string' as const, sensitive: true };
const inner = playbookOf([{ id: 'deep', config: { name: '$' + '{{ inputs.size }}' } }], {
  ref: 'test/inner',
  inputs: { password, size: { description: 'Its size', type: 'number', default: 3 } },
});
const call = stepsOf([{ id: 'call', kind: 'playbook', config: { playbook: 'test/inner' } }]);
const places: Record<string, Partial<StepDefinition>> = {
  'each/call/deep': { id: 'each', kind: 'foreach', steps: call, config: { foreach: ['x'] } },
  'broken/rescue/call/deep': { id: 'broken', kind: 'look', onFailure: 'rescue', rescue: call },
  'made/undo/call/deep': { id: 'made', kind: 'look', undo: 'steps', undoSteps: call },
};

test.each(Object.entries(places))('a playbook that is called at %s is known before it runs', async (id, step) => {
  const playbook = playbookOf([step], { calls: { call: inner } });
  const place = everyStep(playbook).find((one) => one.id === id);
  expect(originOf(playbook, id)).toBe('test/inner deep');
  expect(Object.keys(sensitiveInputs(playbook))).toEqual(['password']);
  const readOnly = () => refuseEffects({ playbook, stepKinds: [acts] }, { readOnly: true });
  expect(readOnly).toThrow(expect.objectContaining({ evidence: [`${id}: Step deep`] }));
  // Its steps are explained with the inputs of the playbook that they stand in.
  const contextFor = planContexts(playbook, {}, 'test', {}, { manifests: undefined, workspace: '/' });
  expect(place && (await acts.equivalent(place.step.config, contextFor(place)))).toEqual(['do 3']);
});

test('a step whose commands cannot be told yet stands in the plan without them', async () => {
  const torn: StepKind = {
    ...acts,
    equivalent: async ({ name }) => {
      if (name === 'b') throw new TypeError('no such file');
      return [`do ${name}`];
    },
  };
  const playbook = playbookOf([{ id: 'a' }, { id: 'b' }, { id: 'c' }]);
  const planned = await planSteps(playbook, [torn], () => createPlanContext(playbook, 'test', {}));
  expect(planned.map(({ id, group, equivalent }) => [id, group, equivalent])).toEqual([
    ['a', false, ['do a']],
    ['b', false, []],
    ['c', false, ['do c']],
  ]);
});

test('a secret that is the name of a step which was added, or is to be taken back, leaves the records readable', () => {
  const paths = runPaths(mkdtempSync(join(tmpdir(), 'tars-console-ids-')));
  const records: RunRecord[] = [];
  const sink = createRunSink(paths, (event) => 'seq' in event && records.push(event));
  sink.masker.add('database');
  const step = { id: 'each/database', title: 'database', kind: 'item', depth: 1, group: true, equivalent: [] };
  sink.record({ type: 'steps-added', after: 'each', steps: [step], items: ['database'] });
  sink.record({ type: 'step-intent', step: 'each/database', attempt: 1 });
  sink.record({ type: 'undo-intent', step: 'each/database', rest: ['database', 'other'] });
  sink.close();
  expect(records).toMatchObject([
    { steps: [{ id: 'each/database', title: '••••••' }], items: ['••••••'] },
    { step: 'each/database' },
    { step: 'each/database', rest: ['database', 'other'] },
  ]);
});
