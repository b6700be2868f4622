import type { Variables } from '../../base/expression-environment.ts';
import { ExpressionError, findTemplates } from '../../base/expressions.ts';
import type { Diagnostic } from '../../yaml/diagnostic.ts';
import type { YamlPath } from '../../yaml/parse.ts';
import { pathFits, patternLength, valueAtPath } from '../../yaml/strings.ts';
import { typesOfLocals } from '../scope.ts';
import type { ExpressionPlace } from '../step-kind.ts';
import { type CheckedExpression, checkExpression, reportedAt, type Surroundings } from './expression.ts';
import { type LoadedStep, ownStrings } from './loaded-step.ts';

/** What is wrong with a step's expressions, and what its own `outputs` come to, by name. */
export interface CheckedStep {
  diagnostics: Diagnostic[];
  outputs: Record<string, string>;
}

/** Checks every expression of a step: `when`, `outputs`, the kind's own, and the `${{ }}` in its texts. */
export function checkStepExpressions(step: LoadedStep, around: Surroundings): CheckedStep {
  const places = step.kind?.expressions ?? [];
  const all = Object.assign({}, ...places.map((place) => localsOf(place, step.written))) as Variables;
  const checked: CheckedStep = { diagnostics: [], outputs: {} };
  for (const { path, text } of ownStrings(step)) {
    const at = [...step.path, ...path];
    const own = path[0] === 'outputs' && path.length === 2;
    const outcome = own
      ? checkOutput(text, at, withLocals(around, { ...all, outputs: step.kind?.outputs ?? 'map' }))
      : checkText(step, { path, text }, places, all, around);
    checked.diagnostics.push(...outcome.diagnostics);
    if (own && outcome.type !== undefined) checked.outputs[String(path[1])] = outcome.type;
  }
  return checked;
}

/** Keys below which nothing is filled in; an expression there is reported as one. */
export const notExpressions: ReadonlySet<string> = new Set(['id', 'title', 'description', 'needs']);

function checkText(
  step: LoadedStep,
  { path, text }: { path: YamlPath; text: string },
  places: readonly ExpressionPlace[],
  all: Variables,
  around: Surroundings,
): CheckedExpression {
  if (notExpressions.has(String(path[0]))) return { diagnostics: [], type: undefined };
  const at = [...step.path, ...path];
  if (path.length === 1 && path[0] === 'when') return checkExpression({ text, path: at, offset: 0 }, around, 'bool');
  const exact = places.find((one) => pathFits(one.path, path));
  const place = exact ?? places.find((one) => pathFits(one.path, path, true));
  const here = withLocals(
    around,
    place ? { ...localsOf(place, step.written, path), ...itemAt(place, path, step.written) } : all,
  );
  if (exact && !text.includes('${' + '{')) return checkExpression({ text, path: at, offset: 0 }, here, wantedBy(exact));
  const list = (step.kind?.holds && path.length === 1 && path[0] === 'foreach') || exact?.wanted === 'list';
  return checkTemplates(text, at, here, list ? 'list' : undefined);
}

function wantedBy({ wanted }: ExpressionPlace): 'bool' | 'list' | undefined {
  return wanted === 'any' ? undefined : (wanted ?? 'bool');
}

/** The `${{ }}` in a text. */
export function checkTemplates(
  text: string,
  path: YamlPath,
  around: Surroundings,
  wanted?: 'list' | undefined,
): CheckedExpression {
  try {
    const checked = findTemplates(text).map(({ source, sourceStart, start, end }) => ({
      ...checkExpression({ text: source, path, offset: sourceStart }, around, wanted),
      whole: start === 0 && end === text.length,
    }));
    const [first] = checked;
    const type = first?.whole ? first.type : 'string';
    return { diagnostics: checked.flatMap(({ diagnostics }) => diagnostics), type };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return { diagnostics: [reportedAt(error, { text, path, offset: 0 }, around)], type: undefined };
  }
}

function checkOutput(text: string, path: YamlPath, around: Surroundings): CheckedExpression {
  return text.includes('${' + '{')
    ? checkTemplates(text, path, around)
    : checkExpression({ text, path, offset: 0 }, around);
}

function withLocals(around: Surroundings, locals: Variables): Surroundings {
  return { ...around, locals: { ...around.locals, ...locals } };
}

/** The names that a kind adds at a place: fixed ones, and those that the step's author gives, e.g. in `check.collect`. */
function localsOf(place: ExpressionPlace, written: Record<string, unknown>, path: YamlPath = []): Variables {
  const given = (place.localsFrom ?? []).flatMap((from) => {
    const at = from.split('.');
    const named = valueAtPath(written, at);
    const names = named !== null && typeof named === 'object' ? Object.keys(named) : [];
    // An expression in the map itself sees the names before its own.
    return pathFits(from, path, true) ? names.slice(0, names.indexOf(String(path[at.length]))) : names;
  });
  return { ...typesOfLocals(place.locals ?? []), ...Object.fromEntries(given.map((name) => [name, 'dyn' as const])) };
}

/** The item of the list that the map around a place goes through. */
function itemAt({ items }: ExpressionPlace, path: YamlPath, written: Record<string, unknown>): Variables {
  if (!items || !pathFits(items.of, path, true)) return {};
  const length = patternLength(items.of);
  const around = valueAtPath(written, path.slice(0, length)) as { each?: unknown; as?: unknown };
  if (around.each === undefined || items.except.includes(String(path[length]))) return {};
  return { [typeof around.as === 'string' ? around.as : 'item']: 'dyn' };
}
