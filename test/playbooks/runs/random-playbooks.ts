import fc from 'fast-check';
import { Problem } from '../../../src/base/errors.ts';
import type { Playbook, StepDefinition } from '../../../src/playbooks/model.ts';
import type { RunRecord } from '../../../src/playbooks/runs/events.ts';
import { type Act, playbookOf, stepsOf } from './engine.ts';

/** A step as it is drawn: what it needs is a choice among those above it. */
interface Sketch {
  shape: 'leaf' | 'parallel' | 'foreach' | 'call';
  children: Sketch[];
  needs: number[] | undefined;
  ticks: number;
  fails: boolean;
  onFailure: 'stop' | 'continue' | 'rescue';
  always: boolean;
  skipped: boolean;
  atOnce: number;
}

const leaf = fc.constant<Sketch['shape']>('leaf');
const rarely = fc.integer({ min: 0, max: 5 }).map((value) => value === 0);

function sketch(shape: fc.Arbitrary<Sketch['shape']>, children: fc.Arbitrary<Sketch[]>): fc.Arbitrary<Sketch> {
  return fc.record({
    ...{ shape, children, always: rarely, skipped: rarely, fails: rarely },
    needs: fc.option(fc.array(fc.nat(5), { maxLength: 2 }), { nil: undefined }),
    ticks: fc.nat(3),
    onFailure: fc.constantFrom('stop', 'continue', 'rescue'),
    atOnce: fc.integer({ min: 1, max: 3 }),
  });
}

const leaves = fc.array(sketch(leaf, fc.constant([])), { minLength: 1, maxLength: 3 });
const inner = fc.array(sketch(fc.constantFrom('leaf', 'parallel'), leaves), { minLength: 1, maxLength: 3 });
const sketches = fc.array(sketch(fc.constantFrom('leaf', 'leaf', 'parallel', 'foreach', 'call'), inner), {
  minLength: 1,
  maxLength: 5,
});

export interface Drawn {
  playbook: Playbook;
  /** Every list of steps, by the id of what holds it, with how many of it may run at once. */
  lists: { parent: RegExp; steps: StepDefinition[]; atOnce: number; sideBySide: boolean }[];
}

/** Random playbooks: graphs, groups, items, failures. `goesOn`: no failure of theirs ends a run. */
export function playbooks(goesOn: boolean): fc.Arbitrary<Drawn> {
  return fc.tuple(sketches, fc.integer({ min: 1, max: 3 })).map(([drawn, atOnce]) => draw(drawn, atOnce, goesOn));
}

function draw(drawn: Sketch[], atOnce: number, goesOn: boolean): Drawn {
  let count = 0;
  const lists: Drawn['lists'] = [];
  const toSteps = (
    own: Sketch[],
    under: string,
    limits: { atOnce: number; sideBySide: boolean },
    calls: Playbook['calls'],
  ) => {
    const ids = own.map(() => `s${++count}`);
    const steps: StepDefinition[] = own.map((one, index) => {
      const id = ids[index] ?? '';
      const needs = index === 0 ? one.needs && [] : one.needs?.map((need) => ids[need % index] ?? '');
      const onFailure = goesOn && one.onFailure === 'stop' ? 'continue' : one.onFailure;
      const rescue = stepsOf([{ id: `${id}-repair`, config: { ticks: 1 } }]);
      const [step] = stepsOf([
        {
          ...{ id, onFailure, always: one.always, ...(onFailure === 'rescue' ? { rescue } : {}) },
          ...(needs ? { needs: [...new Set(needs)] } : {}),
          ...(one.skipped ? { when: '1.0 == 2.0' } : {}),
          config: { ticks: one.ticks, fails: one.fails },
        },
      ]);
      if (!step || one.shape === 'leaf') return step as StepDefinition;
      const path = `${under}${id}/`;
      if (one.shape === 'call') {
        const own: Playbook['calls'] = {};
        const below = toSteps(one.children, path, { atOnce: one.atOnce, sideBySide: false }, own);
        calls[id] = { ...playbookOf([], { calls: own, atOnce: one.atOnce }), steps: below };
        return { ...step, kind: 'playbook', config: {} };
      }
      if (one.shape === 'parallel') {
        const below = toSteps(one.children, path, { atOnce: one.atOnce, sideBySide: true }, calls);
        return { ...step, kind: 'parallel', config: { 'at-once': one.atOnce }, steps: below };
      }
      // The list of items is one, and so is each item's list of steps.
      const held = toSteps(one.children, `${path}[xy]/`, { atOnce, sideBySide: false }, calls);
      const items = ['x', 'y'];
      lists.push({
        parent: new RegExp(`^${path}$`),
        steps: stepsOf(items.map((item) => ({ id: item, needs: [] }))),
        atOnce: one.atOnce,
        sideBySide: true,
      });
      return { ...step, kind: 'foreach', config: { foreach: items, 'at-once': one.atOnce }, steps: held };
    });
    lists.push({ parent: new RegExp(`^${under}$`), steps, ...limits });
    return steps;
  };
  const calls: Playbook['calls'] = {};
  const steps = toSteps(drawn, '', { atOnce, sideBySide: false }, calls);
  return { playbook: { ...playbookOf([], { atOnce, calls }), steps }, lists };
}

/** What the steps of a run have done, by name and item. */
export function createWorld(): { act: Act; effects: string[] } {
  const effects: string[] = [];
  const act: Act = async (context, { name, ticks, fails }) => {
    for (let tick = 0; tick < Number(ticks); tick += 1) await new Promise((resolve) => setImmediate(resolve));
    context.signal.throwIfAborted();
    if (fails) throw new Problem(`${name} broke`);
    effects.push(`${name} ${String(context.scope.item ?? '')}`.trim());
    return { outputs: { name } };
  };
  return { act, effects };
}

/** What is wrong with the order of a journal: a step that began before what it needs had ended, or beside too many others. */
export function orderFaults(records: readonly RunRecord[], lists: Drawn['lists']): string[] {
  const faults: string[] = [];
  const ended = new Set<string>();
  const running = new Set<string>();
  const begun = new Set(records.flatMap((record) => (record.type === 'step-intent' ? [record.step] : [])));
  for (const record of records) {
    // Another process: what ran has ended with the first.
    if (record.type === 'run-resumed') running.clear();
    if (record.type !== 'step-intent' && record.type !== 'step-result') continue;
    const id = record.step;
    if (record.type === 'step-result') {
      // A rescue that failed has no result of its step after it.
      for (const over of [id, id.replace(/\/rescue$/, '')]) {
        running.delete(over);
        ended.add(over);
      }
      continue;
    }
    const rescued = id.replace(/\/rescue$/, '');
    // What is rescued has not ended yet.
    for (const one of [id, rescued]) {
      running.add(one);
      ended.delete(one);
    }
    if (rescued !== id) continue;
    const slash = id.lastIndexOf('/') + 1;
    const [parent, own] = [id.slice(0, slash), id.slice(slash)];
    if (parent !== '' && !running.has(parent.slice(0, -1))) faults.push(`${id} began outside of what holds it`);
    const list = lists.find((one) => one.parent.test(parent));
    if (!list) continue;
    const at = list.steps.findIndex((step) => step.id === own);
    const above = list.sideBySide ? [] : list.steps.slice(0, at).map((step) => step.id);
    for (const need of list.steps[at]?.needs ?? above) {
      // After a failure, what always runs does not wait for what never begins.
      const never = list.steps[at]?.always && !begun.has(parent + need);
      if (!never && (!ended.has(parent + need) || running.has(parent + need)))
        faults.push(`${id} began before ${need} had ended`);
    }
    const beside = list.steps.filter((step) => running.has(parent + step.id));
    if (beside.length > list.atOnce) faults.push(`${id} is one of ${beside.length} at once`);
  }
  return faults;
}
