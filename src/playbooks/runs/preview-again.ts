import { messageOf, Problem } from '../../base/errors.ts';
import { kindOf } from '../kind-of.ts';
import type { StepDefinition } from '../model.ts';
import { differences, keyOf } from '../preview/differences.ts';
import type { StepPreview } from '../step-preview.ts';
import { createStepContext, type Execution, type Frame } from './execution.ts';
import { readJournal } from './journal.ts';
import { runPaths } from './run-folder.ts';
import type { RunSink } from './run-sink.ts';

/** The objects that a run has changed so far, by its own records. */
const changedBy = new WeakMap<RunSink, Set<string>>();

/**
 * Looks once more at what a step would do, just before its intent, and records that. Where a plan was accepted before and
 * the step would now do something else, a person is asked (`--yes` accepts it); what the same run has changed is no
 * difference. Throws `Problem` when that is refused, or nobody can be asked. Kinds that cannot be previewed are passed over.
 */
export async function previewAgain(
  execution: Execution,
  frame: Frame,
  place: { step: StepDefinition; id: string },
): Promise<void> {
  const { sink, control } = execution;
  const now = await look(execution, frame, place);
  if (!now || control.stopping.aborted) return;
  const changed = changedSoFar(execution);
  sink.record({ type: 'step-preview', step: place.id, preview: now });
  const accepted = execution.accepted?.[place.id];
  const differs = accepted ? differences(accepted, now, changed) : [];
  if (differs.length > 0) await askAbout(differs, execution, place);
  for (const key of keysOf(now)) changed.add(key);
}

async function look(
  execution: Execution,
  frame: Frame,
  place: { step: StepDefinition; id: string },
): Promise<StepPreview | undefined> {
  const kind = kindOf(execution.stepKinds, place.step);
  if (!kind?.plan) return undefined;
  const { control, secrets } = execution;
  const signal = AbortSignal.any([control.now, AbortSignal.timeout(60_000)]);
  const signals = { signal, waiting: control.stopping, onActivity: () => {} };
  // Nothing is generated for a preview.
  const secret = (name: string) => secrets.known(name);
  try {
    return await kind.plan(place.step.config, { ...createStepContext(execution, frame, place, signals), secret });
  } catch (error) {
    // What is wrong ends the step itself, which says it better.
    return {
      certainty: 'cannot preview',
      summary: 'it cannot be told what it would do',
      changes: [],
      why: messageOf(error),
    };
  }
}

async function askAbout(
  differs: string[],
  { questions, control }: Execution,
  { step, id }: { step: StepDefinition; id: string },
): Promise<void> {
  const text = `${step.title}: it would now do something else than the plan said. Go on?`;
  const answer = await questions.ask(
    id,
    { kind: 'confirm', text, details: differs, dangerous: true },
    control.stopping,
  );
  if (answer.kind === 'confirm' && answer.yes) return;
  throw new Problem('It would now do something else than the plan said, and that was not accepted', {
    evidence: differs,
    next: ['Look at the plan anew, and run it from there.'],
  });
}

/** Read from the journal once, as an earlier process of the run may have changed things; then kept. */
function changedSoFar(execution: Execution): Set<string> {
  const known = changedBy.get(execution.sink);
  if (known) return known;
  const previews = new Map<string, StepPreview>();
  const changed = new Set<string>();
  for (const record of readJournal(runPaths(execution.run.folder).journal)) {
    if (record.type === 'step-preview') previews.set(record.step, record.preview);
    // A preview without an intent after it was refused.
    else if (record.type === 'step-intent') for (const key of keysOf(previews.get(record.step))) changed.add(key);
  }
  changedBy.set(execution.sink, changed);
  return changed;
}

function keysOf(preview: StepPreview | undefined): string[] {
  return (preview?.changes ?? []).filter(({ action }) => action !== 'unchanged').map(keyOf);
}
