import type { PreviewAction, PreviewedChange, StepPreview } from '../step-preview.ts';
import { keyOf } from './differences.ts';
import { withFollowers } from './followers.ts';
import { contentOf, rememberContent, sameContent } from './made-content.ts';
import type { PreviewedStep } from './previewed-plan.ts';

/** What the steps before would have done, each with the title of the step. */
interface Before {
  made: Map<string, string>;
  gone: Map<string, string>;
  /** Whatever is not left as it is. */
  changed: Map<string, string>;
  /** What applies have left an object as. */
  left: Map<string, { content: unknown; title: string; action: PreviewAction }>;
}

/**
 * The steps of a plan, each told with what the steps before it do: a dry-run sees the cluster as it is now, without the
 * namespace, the kind or the object that an earlier step makes, and with those that it deletes.
 */
export function withEarlierSteps(steps: readonly PreviewedStep[]): PreviewedStep[] {
  const before: Before = { made: new Map(), gone: new Map(), changed: new Map(), left: new Map() };
  return steps.map((step) => {
    if (!step.preview || step.skipped !== undefined) return step;
    const preview = afterSteps(withFollowers(step.preview, before.changed), before);
    for (const change of preview.changes) remember(change, step.title, before);
    return { ...step, preview };
  });
}

function remember(change: PreviewedChange, title: string, before: Before): void {
  const { made, gone, left } = before;
  const key = keyOf(change);
  const { action } = change;
  if (action !== 'unchanged') before.changed.set(key, title);
  if (action === 'delete') {
    for (const one of [key, ...within(change, before)]) {
      made.delete(one);
      left.delete(one);
    }
    gone.set(key, title);
  } else if (action === 'create') {
    made.set(key, title);
    gone.delete(key);
  }
  const content = contentOf(change);
  if (action === 'unchanged') return;
  if (content === undefined) left.delete(key);
  else left.set(key, { content, title, action });
}

/** What the steps before have made in a namespace that goes. */
function within({ object }: PreviewedChange, { made, left }: Before): string[] {
  const space = /^Namespace\/(.+)$/.exec(object)?.[1];
  return space === undefined ? [] : [...made.keys(), ...left.keys()].filter((key) => key.startsWith(`${space} `));
}

function afterSteps(preview: StepPreview, before: Before): StepPreview {
  let { certainty, why } = preview;
  const reasons: string[] = [];
  let isTold = false;
  const changes = preview.changes.map((change) => {
    const told = afterOthers(change, before);
    if (told === change) return change;
    isTold = true;
    // Its own reason is replaced by one that says where it comes from.
    if (change.note !== undefined && why !== undefined)
      why = why.replace(change.note, '').replace(/^(; )+|(; )+$/g, '');
    if (told.action !== 'unchanged' && told.note) reasons.push(told.note);
    rememberContent(told, contentOf(change));
    return told;
  });
  if (!isTold) return preview;
  const { why: _, ...rest } = preview;
  const doubts = [...new Set([...reasons, ...(why ? [why] : [])])].join('; ');
  if (doubts === '') return { ...rest, certainty: 'previewed', changes };
  if (certainty === 'previewed') certainty = 'partly';
  return { ...rest, certainty, changes, why: doubts };
}

function afterOthers(change: PreviewedChange, { made, gone, left }: Before): PreviewedChange {
  const key = keyOf(change);
  const before = left.get(key);
  if (before && change.action !== 'delete' && contentOf(change) !== undefined) return afterApply(change, before);
  const space = change.namespace === undefined ? undefined : keyOf({ object: `Namespace/${change.namespace}` });
  const madeBy = made.get(key);
  const goneBy = gone.get(key) ?? (space === undefined ? undefined : gone.get(space));
  const spaceBy = space === undefined ? undefined : made.get(space);
  if (change.action === 'delete') return change;
  const isMissing = change.action === 'create' || change.note?.startsWith('There is no ') === true;
  if (madeBy !== undefined && isMissing)
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

/** An object that an apply before has left as `content`. */
function afterApply(
  change: PreviewedChange,
  { content, title, action }: { content: unknown; title: string; action: PreviewAction },
): PreviewedChange {
  const { object, namespace } = change;
  const place = { object, ...(namespace === undefined ? {} : { namespace }) };
  if (sameContent(content, contentOf(change))) {
    const note = action === 'create' ? `made by the step “${title}”` : `as the step “${title}” leaves it`;
    return { ...place, action: 'unchanged', note };
  }
  const did = action === 'create' ? 'makes' : 'changes';
  return {
    ...place,
    action: 'update',
    note: `the step “${title}” ${did} it before; what then differs is seen when it runs`,
  };
}

/** The newest step that brings kinds: a definition of one, or a release that may hold some. */
function definer(made: ReadonlyMap<string, string>): string | undefined {
  return [...made].filter(([key]) => / (CustomResourceDefinition|release|APIService)\//.test(key)).at(-1)?.[1];
}
