import type { Diagnostic } from '../../yaml/diagnostic.ts';
import type { LocatedDocument } from '../../yaml/parse.ts';
import { suggestion } from '../../yaml/suggest.ts';
import { diagnosticAtPath } from '../../yaml/validate.ts';
import type { LoadedStep } from './loaded-step.ts';
import { needsOf, type StepPlace } from './places.ts';

type Fault = { message: string; hint?: string | undefined };

/** That ids are unique in a playbook, and that `needs` names steps above in the same list and never goes in a circle. */
export function checkOrder(document: LocatedDocument, places: readonly StepPlace[]): Diagnostic[] {
  const first = new Map<string, StepPlace>();
  return places.flatMap((place) => {
    const { step } = place;
    const diagnostics: Diagnostic[] = [];
    const other = first.get(step.id);
    if (other) {
      const at = [...step.path, ...('id' in step.written ? ['id'] : 'title' in step.written ? ['title'] : [])];
      diagnostics.push(diagnosticAtPath(document, at, sameId(step.id, other)));
    } else first.set(step.id, place);
    for (const [index, needed] of (needsOf(step) ?? []).entries()) {
      const fault = faultOf(needed, place, places);
      if (fault) diagnostics.push(diagnosticAtPath(document, [...step.path, 'needs', index], fault));
    }
    return diagnostics;
  });
}

function sameId(id: string, { step }: StepPlace): Fault {
  return {
    message: `another step has the id \`${id}\``,
    hint: `"${String(step.written.title)}" has it already; give one of them an \`id\` of its own`,
  };
}

function faultOf(needed: string, { step, siblings }: StepPlace, places: readonly StepPlace[]): Fault | undefined {
  if (needed === step.id) return { message: 'a step cannot need itself' };
  const ids = siblings.map(({ id }) => id);
  const at = ids.indexOf(needed);
  if (at === -1) {
    const elsewhere = places.find((place) => place.step.id === needed);
    return elsewhere
      ? inAnotherList(needed, elsewhere, step)
      : { message: `there is no step \`${needed}\``, hint: suggestion(needed, ids, 'steps') };
  }
  const circle = wayBack(needed, step.id, new Map(siblings.map((one) => [one.id, needsOf(one) ?? []])));
  if (circle) return { message: `\`needs\` goes in a circle: ${[step.id, ...circle].join(' → ')}` };
  if (at < siblings.indexOf(step)) return undefined;
  return { message: `the step \`${needed}\` comes later`, hint: '`needs` names steps above; put it before this one' };
}

/** A step waits for steps of its own list only: what is inside of another, or around it, is that one's affair. */
function inAnotherList(needed: string, { holder }: StepPlace, step: LoadedStep): Fault {
  const message = `the step \`${needed}\` does not stand in the same list as \`${step.id}\``;
  const outer = holder?.place.step.id;
  if (outer === undefined || outer === step.id)
    return { message, hint: 'let the step that holds this one need it instead' };
  return { message, hint: `it is a step of \`${outer}\`; need that one instead` };
}

/** The steps from one to another by their needs, both included. */
function wayBack(
  from: string,
  to: string,
  needs: ReadonlyMap<string, string[]>,
  seen = new Set<string>(),
): string[] | undefined {
  if (from === to) return [to];
  if (seen.has(from)) return undefined;
  seen.add(from);
  for (const next of needs.get(from) ?? []) {
    const rest = wayBack(next, to, needs, seen);
    if (rest) return [from, ...rest];
  }
  return undefined;
}
