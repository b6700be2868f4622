import { isDeepStrictEqual } from 'node:util';
import { Problem } from '../../base/errors.ts';
import { isMasked } from '../../base/masking.ts';
import type { StepDefinition } from '../model.ts';
import { flattenSteps, planStepAsKnown } from '../plan.ts';
import type { Flow } from './course.ts';
import { isBelow } from './earlier.ts';
import type { PlannedStep } from './events.ts';
import { type Execution, type Frame, type Place, planContextOf } from './execution.ts';

/**
 * What a `foreach` is to be run for: a resumed run takes the items that it began with, and says so where they would be others
 * now. Those that hold secrets are not written down as they are: they are made anew, and must be of the same names. Throws
 * `Problem` when they are not, and when its expression does not come to a list.
 */
export function itemsOf(flow: Flow, frame: Frame, place: Place): readonly unknown[] {
  const { execution, revisit } = flow;
  const recorded = execution.earlier.items.get(place.id);
  if (!recorded) return itemsNow(execution, frame, place);
  // What is only gone through once more does nothing with them.
  if (revisit) return recorded;
  if (isMasked(recorded)) return itemsAgain(execution, frame, place);
  if (wouldBeOthers(recorded, () => itemsNow(execution, frame, place))) {
    const line = 'It goes on with the items that it began with; by now they would be others';
    execution.sink.signal({ type: 'output', at: new Date().toISOString(), step: place.id, line });
  }
  return recorded;
}

function itemsNow(execution: Execution, frame: Frame, { step, id }: Place): readonly unknown[] {
  const items = planContextOf(execution, frame, id).render(step.config.foreach);
  if (Array.isArray(items)) return items.map(toPlain);
  throw new Problem(`\`foreach\` needs a list, and this is none: ${JSON.stringify(items)}`, {
    where: `${frame.playbook.file}:${step.line}`,
  });
}

/** Items whose secrets no journal holds. */
function itemsAgain(execution: Execution, frame: Frame, place: Place): readonly unknown[] {
  const { earlier, sink } = execution;
  const { step, id } = place;
  const items = itemsNow(execution, frame, place);
  const isItem = (one: string) => isBelow(one, id) && !one.slice(id.length + 1).includes('/');
  const before = [...earlier.added.keys()].filter(isItem);
  const now = itemSteps(step, items, sink.masker.mask).map((one) => `${id}/${one.id}`);
  if (isDeepStrictEqual(before.toSorted(), now.toSorted())) return items;
  throw new Problem('Its items are others than those that it began with, and those held secrets', {
    where: `${frame.playbook.file}:${step.line}`,
    evidence: [`it began with: ${before.join(', ')}`, `now: ${now.join(', ')}`],
    next: ['Run the playbook anew: secrets are never written down.'],
  });
}

function wouldBeOthers(recorded: readonly unknown[], make: () => readonly unknown[]): boolean {
  try {
    return !isDeepStrictEqual(recorded, make());
  } catch {
    // They cannot be told any more; that is no difference.
    return false;
  }
}

/**
 * One step for each item, which holds the steps that are run for it. Its id is the item's own name where it has one; its place
 * when `mask` finds a secret in that, for ids are written down as they are.
 */
export function itemSteps(
  step: StepDefinition,
  items: readonly unknown[],
  mask: (text: string) => string,
): StepDefinition[] {
  const taken = new Set<string>();
  return items.map((item, index) => {
    const own = nameOf(item);
    const name = mask(own) === own ? own : '';
    let id = keyOf(name) || String(index + 1);
    for (let count = 2; taken.has(id); count += 1) id = `${keyOf(name) || index + 1}-${count}`;
    taken.add(id);
    const config = { item, as: step.config.as ?? 'item' };
    return { id, title: name || `Item ${index + 1}`, kind: 'item', config, steps: step.steps ?? [], line: step.line };
  });
}

/** What the steps of one item see: the item, and what the steps of this same item have put out. */
export function itemFrame(frame: Frame, { config }: StepDefinition, id: string): Frame {
  return { ...frame, parent: id, steps: {}, locals: { ...frame.locals, [String(config.as)]: config.item } };
}

/** Tells who watches of the steps that a `foreach` has come to, once. */
export async function addItems(
  flow: Flow,
  frame: Frame,
  { id }: Place,
  items: readonly unknown[],
  steps: readonly StepDefinition[],
): Promise<void> {
  const { sink, earlier } = flow.execution;
  if (earlier.items.has(id) || flow.revisit) return;
  const planned: PlannedStep[] = [];
  for (const step of steps) {
    const itemId = `${id}/${step.id}`;
    const inner = itemFrame({ ...frame, outer: frame }, step, itemId);
    planned.push(...(await plannedBelow(flow.execution, { ...frame, parent: id }, [{ ...step, steps: [] }])));
    planned.push(...(await plannedBelow(flow.execution, inner, step.steps ?? [])));
  }
  sink.record({ type: 'steps-added', after: id, steps: planned, items: [...items] });
}

/** Steps of a frame as the plan holds them; what cannot be explained yet is not. */
export async function plannedBelow(
  execution: Execution,
  frame: Frame,
  steps: readonly StepDefinition[],
): Promise<PlannedStep[]> {
  const { parent: under, caller: parent, playbook } = frame;
  const depth = under === undefined ? 0 : under.split('/').length;
  const planned: PlannedStep[] = [];
  for (const place of flattenSteps(steps, playbook, { under, parent, depth })) {
    const context = planContextOf(execution, frame, place.id);
    planned.push(await planStepAsKnown(place, execution.stepKinds, context));
  }
  return planned;
}

/** Numbers of CEL are wider than JSON's; what is written down must be what was used. */
function toPlain(item: unknown): unknown {
  return JSON.parse(JSON.stringify(item, (_, value) => (typeof value === 'bigint' ? Number(value) : value)) ?? 'null');
}

function nameOf(item: unknown): string {
  if (typeof item === 'string' || typeof item === 'number' || typeof item === 'boolean') return String(item);
  const { name, id, key } = (item ?? {}) as Record<string, unknown>;
  const named = name ?? id ?? key;
  return typeof named === 'string' || typeof named === 'number' ? String(named) : '';
}

function keyOf(name: string): string {
  return name
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
}
