import { expect, it } from 'vitest';
import { withEarlierSteps } from '../../../src/playbooks/preview/earlier-steps.ts';
import type { PreviewedStep } from '../../../src/playbooks/preview/previewed-plan.ts';
import type { PreviewedChange, StepPreview } from '../../../src/playbooks/step-preview.ts';

const step = (title: string, certainty: StepPreview['certainty'], ...changes: PreviewedChange[]): PreviewedStep => {
  const why = changes.find(({ note }) => note)?.note;
  const preview = { certainty, summary: '', changes, ...(why ? { why } : {}) };
  return { ...{ id: title, title, depth: 0, group: false, skipped: undefined }, preview };
};
const space: PreviewedChange = { object: 'Namespace/tars', action: 'create' };
const web = { object: 'Deployment/web', namespace: 'tars' };

it('what cannot be tried as its namespace is still to be made says which step makes it', () => {
  const missing = { ...web, action: 'create' as const, note: 'the namespace tars does not exist yet' };
  const [, told] = withEarlierSteps([step('Room', 'previewed', space), step('Web', 'cannot preview', missing)]);
  expect(told?.preview).toMatchObject({
    certainty: 'cannot preview',
    why: 'the namespace tars is made by the step “Room”',
    changes: [{ note: 'the namespace tars is made by the step “Room”' }],
  });
});

it('what an earlier step makes is not made twice, and what differs then is not known', () => {
  const [, told] = withEarlierSteps([
    step('One', 'previewed', { ...web, action: 'create' }),
    step('Two', 'previewed', { ...web, action: 'create' }),
  ]);
  expect(told?.preview).toMatchObject({ certainty: 'partly', changes: [{ action: 'update' }] });
});

it('what an earlier step deletes is made anew, also by deleting its namespace', () => {
  const update = { ...web, action: 'update' as const, fields: [{ path: 'a', before: '1', after: '2' }] };
  for (const gone of [{ ...web }, { object: 'Namespace/tars' }]) {
    const [, told] = withEarlierSteps([
      step('Away', 'previewed', { ...gone, action: 'delete' }),
      step('Back', 'previewed', update),
    ]);
    expect(told?.preview?.changes).toEqual([{ ...web, action: 'create', note: 'the step “Away” deletes it before' }]);
  }
});

it('a kind that is not there yet says which step may bring it', () => {
  const gadget: PreviewedChange = {
    object: 'Gadget/a',
    action: 'create',
    note: 'the cluster has no Gadget in x/v1 yet',
  };
  const definition: PreviewedChange = { object: 'CustomResourceDefinition/gadgets.x', action: 'create' };
  const [, told] = withEarlierSteps([step('Kinds', 'previewed', definition), step('One', 'cannot preview', gadget)]);
  expect(told?.preview?.why).toBe('the cluster has no Gadget in x/v1 yet; the step “Kinds” may bring it');
});
