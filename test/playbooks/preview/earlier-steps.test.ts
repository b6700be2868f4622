import { expect, it } from 'vitest';
import { withEarlierSteps } from '../../../src/playbooks/preview/earlier-steps.ts';
import { rememberContent } from '../../../src/playbooks/preview/made-content.ts';
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

const filled = (change: PreviewedChange, content: unknown) => {
  rememberContent(change, content);
  return change;
};

it('what an earlier step makes just so stays as it is, and is no doubt', () => {
  const missing = 'the namespace tars does not exist yet';
  const [, told] = withEarlierSteps([
    step('One', 'previewed', filled({ ...web, action: 'create' }, { image: 'a' })),
    step('Two', 'cannot preview', filled({ ...web, action: 'create', note: missing }, { image: 'a' })),
  ]);
  expect(told?.preview).toEqual({
    ...{ certainty: 'previewed', summary: '' },
    changes: [{ ...web, action: 'unchanged', note: 'made by the step “One”' }],
  });
});

it('what earlier steps leave otherwise is changed again, although it is so now', () => {
  const [, , told] = withEarlierSteps([
    step('One', 'previewed', filled({ ...web, action: 'unchanged' }, { image: 'a' })),
    step('Two', 'previewed', filled({ ...web, action: 'update', fields: [{ path: 'image' }] }, { image: 'b' })),
    step('Three', 'previewed', filled({ ...web, action: 'unchanged' }, { image: 'a' })),
  ]);
  expect(told?.preview).toMatchObject({
    certainty: 'partly',
    changes: [{ action: 'update', note: expect.stringContaining('the step “Two” changes it before') }],
  });
});

it('what goes in between is not there any more, also with its namespace', () => {
  for (const gone of [web, { object: 'Namespace/tars' }]) {
    const [, , told] = withEarlierSteps([
      step('One', 'previewed', filled({ ...web, action: 'create' }, { image: 'a' })),
      step('Away', 'previewed', { ...gone, action: 'delete' }),
      step('Two', 'previewed', filled({ ...web, action: 'create' }, { image: 'a' })),
    ]);
    expect(told?.preview?.changes).toEqual([{ ...web, action: 'create' }]);
  }
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

it('a restart follows from an earlier step that changes what the pods read, and from no other', () => {
  const config = { object: 'ConfigMap/settings', namespace: 'tars' };
  const restart: PreviewedChange = { ...web, action: 'update', note: 'its pods are replaced' };
  const follows = { objects: ['ConfigMap/settings'], change: restart };
  const planned = (action: 'update' | 'unchanged', namespace = 'tars') =>
    withEarlierSteps([
      step('Settings', 'previewed', { ...config, namespace, action }),
      step('Restart', 'previewed', { ...web, action: 'unchanged', follows }),
    ])[1]?.preview;
  expect(planned('update')).toMatchObject({
    certainty: 'previewed',
    changes: [{ action: 'update', note: 'the step “Settings” changes ConfigMap/settings; its pods are replaced' }],
  });
  expect(planned('unchanged')?.changes).toEqual([{ ...web, action: 'unchanged' }]);
  expect(planned('update', 'other')?.changes).toEqual([{ ...web, action: 'unchanged' }]);
});
