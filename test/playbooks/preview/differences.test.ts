import { describe, expect, it } from 'vitest';
import { differences } from '../../../src/playbooks/preview/differences.ts';
import type { PreviewedChange, StepPreview } from '../../../src/playbooks/step-preview.ts';

const preview = (...changes: PreviewedChange[]): StepPreview => ({ certainty: 'previewed', summary: '', changes });
const image = (before: string, after: string): PreviewedChange => ({
  object: 'Deployment/web',
  namespace: 'tars',
  action: 'update',
  fields: [{ path: 'spec.image', before, after }],
});

describe('what a step would do now beyond what was accepted', () => {
  it('is nothing where it would do the same, or less', () => {
    expect(differences(preview(image('1', '2')), preview(image('1', '2')))).toEqual([]);
    const already: PreviewedChange = { object: 'Deployment/web', namespace: 'tars', action: 'unchanged' };
    expect(differences(preview(image('1', '2')), preview(already))).toEqual([]);
    expect(differences(preview(image('1', '2')), preview())).toEqual([]);
  });

  it('is a field that somebody changed meanwhile, with both', () => {
    expect(differences(preview(image('1', '2')), preview(image('9', '2')))).toEqual([
      'Deployment/web in tars: spec.image 9 → 2; the plan said 1 → 2',
    ]);
  });

  it('is an object that was to be made and is there by now', () => {
    const create: PreviewedChange = { object: 'Deployment/web', namespace: 'tars', action: 'create' };
    expect(differences(preview(create), preview(image('1', '2')))).toEqual([
      'Deployment/web in tars: now update (spec.image); the plan said create',
    ]);
  });

  it('is no object that the run itself has changed, nor one in a namespace that it made', () => {
    const create: PreviewedChange = { object: 'Deployment/web', namespace: 'tars', action: 'create' };
    const now = preview(image('1', '2'));
    expect(differences(preview(create), now, new Set(['tars Deployment/web']))).toEqual([]);
    expect(differences(preview(create), now, new Set([' Namespace/tars']))).toEqual([]);
    expect(differences(preview(create), now, new Set([' Namespace/other']))).toHaveLength(1);
  });

  it('is data that would be lost as well', () => {
    const recreate = (data: string[]): PreviewedChange => ({ object: 'StatefulSet/db', action: 'recreate', data });
    expect(differences(preview(recreate(['a'])), preview(recreate(['a', 'b'])))).toEqual([
      'StatefulSet/db: b would be lost as well',
    ]);
  });

  it('is no port or address that the server draws anew each time it is asked, but one that changes', () => {
    const drawn = (before: string | undefined, after: string): PreviewedChange => ({
      object: 'Service/web',
      action: 'update',
      fields: [{ path: 'spec.ports[name=http].nodePort', ...(before === undefined ? {} : { before }), after }],
    });
    expect(differences(preview(drawn(undefined, '30586')), preview(drawn(undefined, '30962')))).toEqual([]);
    expect(differences(preview(drawn('30001', '30586')), preview(drawn('30001', '30962')))).toHaveLength(1);
  });
});
