import { expect, it } from 'vitest';
import { endsOf, openPlaybook, workspaceOf } from '../../support/run-playbook.ts';
import { openStepCluster } from '../../support/steps.ts';

const { connection } = await openStepCluster();

const made = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\n`;
const files = {
  'left.yaml': made('left'),
  'right.yaml': made('right'),
  'both.yaml': `title: Both
steps:
  - id: both
    title: Both
    parallel:
      - { id: left, title: Left, wait: { until: { of: [ConfigMap/right], expect: 'true' } }, timeout: 20s }
      - { id: right, title: Right, apply: manifests/right.yaml }
      - { id: after, title: After them, needs: [left, right], apply: manifests/left.yaml }
  - id: below
    title: Below it
    check:
      collect: { all: { list: v1/ConfigMap } }
      findings:
        - { title: Both are there, expect: 'all.exists(one, one.metadata.name == "left")', expected: both, observed: both }
`,
};

it('its steps begin at once and wait for each other where they say so; what is below it comes when all are done', async () => {
  const { 'both.yaml': both, ...manifests } = files;
  const moved = Object.entries(manifests).map(([name, text]) => [`manifests/${name}`, text]);
  const workspace = workspaceOf({ 'both.yaml': both, ...Object.fromEntries(moved) });
  const playbook = await openPlaybook(connection, 'test/both', {}, workspace);
  const plan = await playbook.plan();
  const { status, records } = await playbook.run(plan);
  expect(endsOf(records)).toEqual({
    'both/left': 'done',
    'both/right': 'done',
    'both/after': 'done',
    both: 'done',
    below: 'done',
  });
  expect(status).toBe('done');
  const begun = records.flatMap((record) => (record.type === 'step-intent' ? [record.step] : []));
  expect(begun.indexOf('both/left')).toBeLessThan(begun.indexOf('both/after'));
});
