import type { Diagnostic } from '../../yaml/diagnostic.ts';
import { type LocatedDocument, locate, type YamlPath } from '../../yaml/parse.ts';
import { placeOf } from '../../yaml/source.ts';
import { stringsIn } from '../../yaml/strings.ts';
import { diagnosticAtPath, validateYaml } from '../../yaml/validate.ts';
import type { StepDefinition } from '../model.ts';
import { stepSchema } from '../schema.ts';
import type { StepKind } from '../step-kind.ts';
import { toDefinition } from './definition.ts';
import { kindOf, stepsKey } from './kind.ts';

/** What the steps inside of a step are for. */
export type InnerRole = 'steps' | 'rescue' | 'undo';

/** Steps that stand inside of a step. */
export interface InnerGroup {
  role: InnerRole;
  /** Where their list stands, below the step. */
  key: YamlPath;
  steps: LoadedStep[];
}

export interface LoadedStep {
  /** Where it stands in its file. */
  path: YamlPath;
  /** Undefined when the step has no kind that is known. */
  kind: StepKind | undefined;
  /** Undefined when something is wrong with it. */
  definition: StepDefinition | undefined;
  /** The id that others name it by, even when the step is faulty. */
  id: string;
  written: Record<string, unknown>;
  inner: InnerGroup[];
  /** Its own, without those of the steps inside of it. */
  diagnostics: Diagnostic[];
}

/** Reads a list of steps with all that are inside of them. What is no map is reported by the list's own schema. */
export function loadSteps(
  document: LocatedDocument,
  path: YamlPath,
  list: unknown,
  kinds: readonly StepKind[],
): LoadedStep[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((item, index) => (isMap(item) ? [loadStep(document, [...path, index], item, kinds)] : []));
}

/** Every step of a list with those inside of them, in the order in which they are written. */
export function withInner(steps: readonly LoadedStep[]): LoadedStep[] {
  return steps.flatMap((step) => [step, ...step.inner.flatMap((group) => withInner(group.steps))]);
}

/** The texts of a step with their paths below it, without those of the steps inside of it. */
export function ownStrings({ written, inner }: LoadedStep): { path: YamlPath; text: string }[] {
  return [...stringsIn(written)].filter(({ path }) => !isInside(inner, path));
}

/** Whether a path below a step leads into the steps inside of it. */
export function isInside(inner: readonly InnerGroup[], path: YamlPath): boolean {
  return inner.some(({ key }) => key.length < path.length && key.every((part, index) => path[index] === part));
}

function loadStep(
  document: LocatedDocument,
  path: YamlPath,
  written: Record<string, unknown>,
  kinds: readonly StepKind[],
): LoadedStep {
  const id = typeof written.id === 'string' ? written.id : idFrom(written.title, Number(path.at(-1)));
  const { kind, fault } = kindOf(written, kinds);
  const inner = innerGroups(written, kind).map(
    ({ role, key, list }): InnerGroup => ({ role, key, steps: loadSteps(document, [...path, ...key], list, kinds) }),
  );
  const known = { path, kind, id, written, inner };
  if (!kind) {
    const { message, hint, key } = fault;
    const at = key ? [...path, key] : path;
    const diagnostic = diagnosticAtPath(document, at, { message, hint }, key ? 'key' : 'value');
    return { ...known, definition: undefined, diagnostics: [diagnostic] };
  }
  const { value, diagnostics } = validateYaml(document, stepSchema(kind), path);
  const { line } = placeOf(document.source, locate(document, path).start);
  return { ...known, definition: value && toDefinition(value, { kind, id, line }, definitionsOf(inner)), diagnostics };
}

function innerGroups(
  written: Record<string, unknown>,
  kind: StepKind | undefined,
): { role: InnerRole; key: YamlPath; list: unknown[] }[] {
  const key = kind && stepsKey(kind);
  const failure = written['on-failure'];
  const places: { role: InnerRole; key: YamlPath; list: unknown }[] = [
    { role: 'steps', key: [key ?? ''], list: key && written[key] },
    { role: 'rescue', key: ['on-failure', 'rescue'], list: isMap(failure) ? failure.rescue : undefined },
    { role: 'undo', key: ['undo'], list: written.undo },
  ];
  return places.flatMap((place) => (Array.isArray(place.list) ? [{ ...place, list: place.list }] : []));
}

function definitionsOf(inner: readonly InnerGroup[]): Partial<Record<InnerRole, StepDefinition[]>> {
  return Object.fromEntries(
    inner.map(({ role, steps }) => [role, steps.flatMap(({ definition }) => definition ?? [])]),
  );
}

function idFrom(title: unknown, index: number): string {
  const words = typeof title === 'string' ? title.toLowerCase().match(/[a-z0-9]+/g) : null;
  return words ? words.slice(0, 6).join('-') : `step-${index + 1}`;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
