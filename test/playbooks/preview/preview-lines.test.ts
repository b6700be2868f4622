import { describe, expect, it } from 'vitest';
import { planNotes, stepBadge } from '../../../src/playbooks/preview/plan-notes.ts';
import { previewLines } from '../../../src/playbooks/preview/preview-lines.ts';
import type { PreviewedPlan } from '../../../src/playbooks/preview/previewed-plan.ts';
import { changedLines } from '../../../src/playbooks/preview/text-diff.ts';
import type { StepPreview } from '../../../src/playbooks/step-preview.ts';
import { textWidth } from '../../../src/ui/text.ts';
import { createTheme } from '../../../src/ui/theme.ts';

const theme = createTheme({ color: 0, unicode: true });
const ascii = createTheme({ color: 0, unicode: false });

const preview: StepPreview = {
  certainty: 'partly',
  summary: '4 objects',
  why: 'the namespace tars does not exist yet',
  changes: [
    { object: 'ConfigMap/made', action: 'create', note: 'the namespace tars does not exist yet' },
    {
      object: 'Deployment/web',
      action: 'update',
      fields: [
        { path: 'spec.replicas', before: '1', after: '2' },
        { path: 'spec.image', before: `registry/${'a'.repeat(90)}:1`, after: `registry/${'a'.repeat(90)}:2` },
        { path: 'data.conf', before: 'one\ntwo\nthree', after: 'one\n2\nthree' },
        { path: 'spec.paused', after: 'true' },
        { path: 'spec.gone', before: 'x' },
      ],
    },
    { object: 'StatefulSet/db', action: 'recreate', data: ['the emptyDir cache of each pod'], note: 'its pods end' },
    { object: 'Secret/old', action: 'delete' },
    { object: 'Service/same', action: 'unchanged' },
  ],
};

describe('a preview as lines', () => {
  it('has a sign for every action and field, so that colour is never alone', () => {
    expect(previewLines(preview, 76, theme)).toEqual([
      '+ ConfigMap/made  create',
      '~ Deployment/web  update',
      '    ~ spec.replicas  1 → 2',
      '    ~ spec.image',
      `      - registry/${'a'.repeat(17)}…${'a'.repeat(39)}:1`,
      `      + registry/${'a'.repeat(17)}…${'a'.repeat(39)}:2`,
      '    ~ data.conf',
      '        one',
      '      - two',
      '      + 2',
      '        three',
      '    + spec.paused  true',
      '    - spec.gone  x',
      '± StatefulSet/db  recreate',
      '    ▲ lost for good: the emptyDir cache of each pod',
      '    its pods end',
      '- Secret/old  delete',
      '= 1 unchanged: Service/same',
      '▲ partly: the namespace tars does not exist yet',
    ]);
  });

  it.each([40, 80, 120])('stays within %i columns, in ASCII too', (width) => {
    for (const one of [theme, ascii])
      for (const line of previewLines(preview, width, one)) expect(textWidth(line)).toBeLessThanOrEqual(width);
    expect(previewLines(preview, width, ascii).join('')).not.toMatch(/[^\x00-\x7f]/);
  });

  it('draws no control characters that a value holds', () => {
    const nasty = {
      object: 'A/b\u001b[31m',
      action: 'update',
      fields: [{ path: 'x', before: '\u001b[2J', after: '\u0007' }],
    };
    const lines = previewLines({ certainty: 'previewed', summary: '', changes: [nasty as never] }, 80, theme);
    expect(lines.join('')).not.toMatch(/[\u0000-\u001f]/);
  });

  it('counts what is too much', () => {
    const changes = Array.from({ length: 9 }, (_, index) => ({ object: `A/${index}`, action: 'create' as const }));
    const lines = previewLines({ certainty: 'previewed', summary: '', changes }, 80, theme, { changes: 2, fields: 1 });
    expect(lines.at(-1)).toBe('  and 7 more objects');
  });
});

describe('what stands below a plan', () => {
  const plan: PreviewedPlan = {
    steps: [{ id: 'a', title: 'A', depth: 0, group: false, skipped: undefined, preview }],
    missing: [{ verb: 'create', resource: 'pods', group: '', namespace: 'tars', reason: '', steps: ['A'] }],
    looked: 1,
    total: 3,
  };
  it('says how far it has been looked at, the sum, and which rights are missing', () => {
    expect(planNotes(plan, 140, theme)).toEqual([
      '✗ Rights are missing, so that it would not begin:',
      '  create pods in tars: for A',
      '1 of 3 steps looked at, the rest when it runs; 1 create, 1 update, 1 recreate, 1 delete, 1 unchanged; 1 step known in part',
    ]);
    expect(stepBadge(plan, 'a', theme)).toBe('+1 ~1 ±1 -1 =1?');
    expect(planNotes(undefined, 80, theme)).toHaveLength(1);
  });
});

describe('the lines in which two texts differ', () => {
  it('stand with a line of what surrounds them, and gaps are marked', () => {
    const before = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].join('\n');
    const told = changedLines(before, before.replace('b', 'B').replace('\ng', '')).map(({ sign, text }) => sign + text);
    expect(told).toEqual([' a', '-b', '+B', ' c', ' …', ' f', '-g']);
  });
});
