import { mapAtOnce } from '../../base/at-once.ts';
import { Problem } from '../../base/errors.ts';
import { createMasker } from '../../base/masking.ts';
import type { Connection } from '../../cluster/connection.ts';
import type { InputValue } from '../inputs.ts';
import { kindOf } from '../kind-of.ts';
import { everyStep, type FlatStep, flattenPlaybook } from '../plan.ts';
import type { LoadedRun } from '../runs/loaded-run.ts';
import { type MissingRight, missingRights } from '../runs/preflight.ts';
import { planContexts } from '../runs/run-header.ts';
import { effectsOf } from '../step-effects.ts';
import type { PreviewContext, Scope, StepKind } from '../step-kind.ts';
import type { StepPreview } from '../step-preview.ts';
import { whenInWords } from '../when-in-words.ts';
import { withEarlierSteps } from './earlier-steps.ts';
import { withContentsOf } from './made-content.ts';
import type { PreviewedPlan, PreviewedStep } from './previewed-plan.ts';
import { skippedBefore } from './will-run.ts';

export interface PlanToPreview {
  loaded: LoadedRun;
  inputs: Record<string, InputValue>;
  secrets: Readonly<Record<string, string>>;
  connection: Connection;
  surroundings: Scope;
  /** Ids that are left out, with the reason. */
  leftOut: ReadonlyMap<string, string>;
}

/** How many steps are looked at at the same time; each asks about several objects at once. */
const atOnce = 4;

/**
 * What a run would do, step by step; reads only, and applies as the server's dry-runs. `receive` gets the plan each time
 * that it is known better. Ends early, with what is known, when the signal is aborted.
 */
export async function previewPlan(
  { loaded, inputs, secrets, connection, surroundings, leftOut }: PlanToPreview,
  signal: AbortSignal,
  receive: (plan: PreviewedPlan) => void = () => {},
): Promise<PreviewedPlan> {
  const { playbook, stepKinds } = loaded;
  const { namespace, sandbox } = connection.info;
  const explain = planContexts(playbook, inputs, namespace, surroundings, loaded);
  const contextFor = (place: FlatStep): PreviewContext => ({
    ...explain(place),
    ...{ connection, signal, secret: (name: string) => secrets[name] },
  });
  const places = flattenPlaybook(playbook);
  const skipped = skippedBefore(places, leftOut, explain, sandbox);
  const hide = hider(secrets);
  const previews = new Map<string, StepPreview>();
  const looking = places.filter((place) => !skipped.has(place.id) && isLookedAt(place, stepKinds));
  let missing: MissingRight[] | undefined;
  let looked = 0;
  const now = (): PreviewedPlan => ({
    steps: withEarlierSteps(places.map((place) => described(place, skipped, previews))),
    ...{ missing, looked, total: looking.length },
  });
  const every = everyStep(playbook);
  const never = skippedBefore(every, leftOut, explain, sandbox);
  const run = every.filter(({ id }) => !never.has(id));
  const rights = missingRights({ places: run, stepKinds, connection, contextFor, signal }).then((found) => {
    missing = found;
    receive(now());
  });
  const looks = mapAtOnce(looking, atOnce, async (place) => {
    if (signal.aborted) return;
    const seen = await look(place, stepKinds, contextFor(place));
    previews.set(place.id, withContentsOf(seen, hide(seen)));
    looked += 1;
    receive(now());
  });
  await Promise.all([rights, looks]).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  return now();
}

function described(
  { id, step, depth, called }: FlatStep,
  skipped: ReadonlyMap<string, string>,
  previews: ReadonlyMap<string, StepPreview>,
): PreviewedStep {
  const group = called !== undefined || (step.steps !== undefined && step.kind !== 'foreach');
  return { ...{ id, title: step.title, depth, group }, skipped: skipped.get(id), preview: previews.get(id) };
}

/** What only looks, and has nothing to tell before, is no part of what would change. */
function isLookedAt({ step, called }: FlatStep, stepKinds: readonly StepKind[]): boolean {
  const kind = kindOf(stepKinds, step);
  if (!kind || called || (step.steps && step.kind !== 'foreach')) return false;
  return kind.plan !== undefined || effectsOf(stepKinds, step) !== 'none' || step.kind === 'foreach';
}

async function look({ step }: FlatStep, stepKinds: readonly StepKind[], context: PreviewContext): Promise<StepPreview> {
  const kind = kindOf(stepKinds, step);
  // What has no preview and yet acts on something is a check that asks programs in containers.
  if (!kind?.plan)
    return unknown(
      step.steps
        ? 'its items are known when it runs'
        : 'it looks by running a program in a container, and a plan runs nothing',
    );
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(60_000)]);
  try {
    return await kind.plan(step.config, { ...context, signal });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const needsOutputs = /\bsteps\./.test(JSON.stringify(step.config)) && /expression/.test(error.message);
    if (needsOutputs) return unknown('it needs what an earlier step puts out');
    // What stands in its way now may be why it is skipped then.
    return unknown(
      step.when === undefined ? error.message : `${error.message}; it runs only when ${whenInWords(step.when)}`,
    );
  }
}

function unknown(why: string): StepPreview {
  return { certainty: 'cannot preview', summary: 'it is not known yet', changes: [], why };
}

/** Hides the secrets that were given, wherever they stand. */
function hider(secrets: Readonly<Record<string, string>>): (preview: StepPreview) => StepPreview {
  const masker = createMasker();
  for (const value of Object.values(secrets)) masker.add(value);
  return (preview) => JSON.parse(masker.mask(JSON.stringify(preview))) as StepPreview;
}
