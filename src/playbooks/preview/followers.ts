import type { PreviewedChange, StepPreview } from '../step-preview.ts';
import { keyOf } from './differences.ts';

/** What follows from changes of earlier steps: a restart, where a step before it changes what the pods read at their start. */
export function withFollowers(preview: StepPreview, changed: ReadonlyMap<string, string>): StepPreview {
  if (preview.changes.every(({ follows }) => follows === undefined)) return preview;
  return { ...preview, changes: preview.changes.map((change) => followed(change, changed)) };
}

function followed({ follows, ...change }: PreviewedChange, changed: ReadonlyMap<string, string>): PreviewedChange {
  const { namespace } = change;
  const place = namespace === undefined ? {} : { namespace };
  const cause = follows?.objects.find((object) => changed.has(keyOf({ object, ...place })));
  if (!follows || cause === undefined) return change;
  const title = changed.get(keyOf({ object: cause, ...place }));
  const note = [`the step “${title}” changes ${cause}`, follows.change.note].filter(Boolean).join('; ');
  return { ...follows.change, note };
}
