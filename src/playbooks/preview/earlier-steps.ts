import type { PreviewedChange, StepPreview } from '../step-preview.ts';
import { keyOf } from './differences.ts';
import type { PreviewedStep } from './previewed-plan.ts';

/** What the steps before would have made and deleted, each with the title of the step. */
interface Before {
  made: Map<string, string>;
  gone: Map<string, string>;
}

/**
 * The steps of a plan, each told with what the steps before it do: a dry-run sees the cluster as it is now, without the
 * namespace, the kind or the object that an earlier step makes, and with those that it deletes.
 */
export function withEarlierSteps(steps: readonly PreviewedStep[]): PreviewedStep[] {
  const before: Before = { made: new Map(), gone: new Map() };
  return steps.map((step) => {
    if (!step.preview || step.skipped !== undefined) return step;
    const preview = afterSteps(step.preview, before);
    for (const change of preview.changes) remember(change, step.title, before);
    return { ...step, preview };
  });
}

function remember(change: PreviewedChange, title: string, { made, gone }: Before): void {
  const key = keyOf(change);
  if (change.action === 'delete') {
    gone.set(key, title);
    made.delete(key);
  } else if (change.action === 'create') {
    made.set(key, title);
    gone.delete(key);
  }
}

function afterSteps(preview: StepPreview, before: Before): StepPreview {
  let { certainty, why } = preview;
  const reasons: string[] = [];
  const changes = preview.changes.map((change) => {
    const told = afterOthers(change, before);
    if (told === change) return change;
    // Its own reason is replaced by one that says where it comes from.
    if (change.note !== undefined && why !== undefined)
      why = why.replace(change.note, '').replace(/^(; )+|(; )+$/g, '');
    if (told.note) reasons.push(told.note);
    return told;
  });
  if (reasons.length === 0) return preview;
  if (certainty === 'previewed') certainty = 'partly';
  return { ...preview, certainty, changes, why: [...new Set([...reasons, ...(why ? [why] : [])])].join('; ') };
}

function afterOthers(change: PreviewedChange, { made, gone }: Before): PreviewedChange {
  const key = keyOf(change);
  const space = change.namespace === undefined ? undefined : keyOf({ object: `Namespace/${change.namespace}` });
  const madeBy = made.get(key);
  const goneBy = gone.get(key) ?? (space === undefined ? undefined : gone.get(space));
  const spaceBy = space === undefined ? undefined : made.get(space);
  if (change.action === 'delete') return change;
  if (madeBy !== undefined && change.action === 'create')
    return {
      ...change,
      action: 'update',
      note: `the step “${madeBy}” makes it before; what then differs is seen when it runs`,
    };
  if (goneBy !== undefined && change.action !== 'create') {
    const { fields: _, data: __, ...rest } = change;
    return { ...rest, action: 'create', note: `the step “${goneBy}” deletes it before` };
  }
  if (spaceBy !== undefined && /namespace .* does not exist yet/.test(change.note ?? ''))
    return { ...change, note: `the namespace ${change.namespace} is made by the step “${spaceBy}”` };
  const definedBy = /^the cluster has no /.test(change.note ?? '') ? definer(made) : undefined;
  return definedBy === undefined ? change : { ...change, note: `${change.note}; the step “${definedBy}” may bring it` };
}

/** The newest step that brings kinds: a definition of one, or a release that may hold some. */
function definer(made: ReadonlyMap<string, string>): string | undefined {
  return [...made].filter(([key]) => / (CustomResourceDefinition|release|APIService)\//.test(key)).at(-1)?.[1];
}
