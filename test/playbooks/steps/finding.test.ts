import { expect, it } from 'vitest';
import type { Playbook } from '../../../src/playbooks/model.ts';
import { createPlanContext } from '../../../src/playbooks/plan-context.ts';
import { type FindingRule, findingRule } from '../../../src/playbooks/steps/check/finding-rule.ts';
import { judge } from '../../../src/playbooks/steps/check/judge.ts';

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: they are a playbook's.
const context = createPlanContext({ folder: '/', file: 'test.yaml', system: 'test' } as Playbook, 'tars', {
  inputs: {},
  cluster: { console: 'tars-console --sandbox' },
});

function found(rule: Omit<FindingRule, 'title' | 'expected'>, values = {}, errors = {}) {
  const whole = findingRule.parse({ title: 'Every pod runs', expected: 'all of them', ...rule });
  return judge(whole, { values, errors }, context);
}

const pods = [
  { name: 'a', phase: 'Running' },
  { name: 'b', phase: 'Pending' },
  { name: 'c', phase: 'Failed' },
];
const eachPod = {
  id: 'pod-down',
  each: 'pods',
  as: 'pod',
  expect: 'pod.phase == "Running"',
  observed: '${{ pod.phase }}',
  cause: '${{ pod.name }} does not run',
  certainty: '${{ pod.phase == "Failed" ? 95 : 50 }}',
  explains: ['no-answer'],
};

it('a rule over a list finds each item that fails, and says of it what is wrong', () => {
  const fix = { playbook: 'tars/restart', with: { pod: '${{ pod.name }}', text: 'it’s $HOME' } };
  expect(found({ ...eachPod, fix }, { pods })).toEqual([
    {
      ...{ id: 'pod-down', title: 'Every pod runs', expected: 'all of them', level: 'fatal', observed: 'Pending' },
      ...{ cause: 'b does not run', certainty: 50, explains: ['no-answer'] },
      fix: { playbook: 'tars/restart', with: { pod: 'b', text: 'it’s $HOME' } },
      repair: "tars-console --sandbox run tars/restart --set pod=b --set 'text=it’s $HOME'",
    },
    expect.objectContaining({ cause: 'c does not run', certainty: 95 }),
  ]);
});

it('a rule over a list of which none fails is as expected, once', () => {
  const good = { id: 'pod-down', title: 'Every pod runs', expected: 'all of them', level: 'ok' };
  expect(found(eachPod, { pods: pods.slice(0, 1) })).toEqual([{ ...good, observed: 'so for all 1' }]);
  expect(found(eachPod, { pods: [] })).toEqual([{ ...good, observed: 'there is none' }]);
});

it('without a condition of its own, every item that is there is a finding', () => {
  const rule = { each: '${{ pods.filter(p, p.phase == "Failed") }}', observed: '${{ item.name }}' };
  expect(found(rule, { pods })).toMatchObject([{ level: 'fatal', observed: 'c' }]);
});

it('a hundred of the same are counted, not listed', () => {
  const many = Array.from({ length: 100 }, (_, index) => ({ name: `p${index}`, phase: 'Failed' }));
  const all = found(eachPod, { pods: many });
  expect(all).toHaveLength(20);
  expect(all.at(-1)?.evidence).toEqual(['and 80 more like it']);
});

it('what could not be read is said to be unread, and is no cause', () => {
  const [one] = found(eachPod, { pods: { error: 'no' } }, { pods: 'pods could not be read: forbidden' });
  expect(one).toMatchObject({ level: 'fatal', unread: true, observed: 'pods could not be read: forbidden' });
  expect(one).not.toHaveProperty('cause');
  expect(found({ ...eachPod, expect: 'pod.status.phase == "Running"' }, { pods })).toMatchObject([{ unread: true }]);
});

it('a name that stands for something else in an expression does not make it unread', () => {
  const values = { pods, name: { error: 'no' }, limits: { error: 'no' } };
  const errors = { name: 'name could not be read: no', limits: 'limits could not be read: no' };
  expect(found({ ...eachPod, each: 'pods.filter(p, p.name != "limits")' }, values, errors)).toHaveLength(2);
  const condition = { when: 'limits.size() > 0', expect: 'true', observed: 'x' };
  expect(found(condition, values, errors)).toMatchObject([{ unread: true, observed: errors.limits }]);
});

it('its own sentence stands before the command of the repair, and its number stays within 0 and 100', () => {
  const rule = { expect: 'false', observed: 'x', fix: { playbook: 'tars/restart' }, repair: 'Wait.', certainty: 400 };
  expect(found(rule)).toMatchObject([{ repair: 'Wait.', certainty: 100, fix: { playbook: 'tars/restart' } }]);
});
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: they are a playbook's.
