import type { Diagnostic } from '../yaml/diagnostic.ts';
import type { LocatedDocument } from '../yaml/parse.ts';
import { suggestion } from '../yaml/suggest.ts';
import { diagnosticAtPath } from '../yaml/validate.ts';
import type { LoadedStep } from './load-step.ts';

/** That ids are unique, and that `needs` names earlier steps and never goes in a circle. */
export function checkOrder(document: LocatedDocument, steps: readonly LoadedStep[]): Diagnostic[] {
  const ids = steps.map((step) => step.id);
  const needs = new Map(steps.map((step) => [step.id, needsOf(step)]));
  return steps.flatMap((step, index) => {
    const at = (key: string) => ['steps', step.index, ...(key in step.written ? [key] : [])];
    const diagnostics: Diagnostic[] = [];
    const first = ids.indexOf(step.id);
    if (first !== index) {
      const fault = {
        message: `another step has the id \`${step.id}\``,
        hint: `step ${first + 1} has it already; give one of them an \`id\` of its own`,
      };
      diagnostics.push(diagnosticAtPath(document, at('id'), fault));
    }
    for (const [place, needed] of needsOf(step).entries()) {
      const message = faultOf(needed, step.id, index, ids, needs);
      const hint = ids.includes(needed) ? undefined : suggestion(needed, ids, 'steps');
      if (message)
        diagnostics.push(diagnosticAtPath(document, ['steps', step.index, 'needs', place], { message, hint }));
    }
    return diagnostics;
  });
}

function faultOf(
  needed: string,
  id: string,
  index: number,
  ids: readonly string[],
  needs: ReadonlyMap<string, string[]>,
): string | undefined {
  if (!ids.includes(needed)) return `there is no step \`${needed}\``;
  const circle = wayBack(needed, id, needs);
  if (circle) return `\`needs\` goes in a circle: ${[id, ...circle].join(' → ')}`;
  return ids.indexOf(needed) > index ? `the step \`${needed}\` comes later` : undefined;
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

function needsOf({ written }: LoadedStep): string[] {
  return Array.isArray(written.needs) ? written.needs.filter((id) => typeof id === 'string') : [];
}
