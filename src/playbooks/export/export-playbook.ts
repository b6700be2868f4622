import { calledInputs, type InputValue } from '../inputs.ts';
import { kindOf } from '../kind-of.ts';
import type { InputDefinition, Playbook, StepDefinition } from '../model.ts';
import { type FlatStep, flattenPlaybook } from '../plan.ts';
import { createPlanContext } from '../plan-context.ts';
import type { LoadedRun } from '../runs/loaded-run.ts';
import { sensitiveInputs } from '../runs/sensitive-inputs.ts';
import type { PlanContext } from '../step-kind.ts';
import { escaped, type ShellInput, type ShellInputs } from './cel-shell.ts';
import type { Exported, ExportedInput, ExportedStep } from './exported-step.ts';
import { variableOf } from './shell-names.ts';
import { createShellTokens, type ShellTokens } from './shell-tokens.ts';
import { stepLines } from './step-lines.ts';

export interface ExportRequest {
  loaded: LoadedRun;
  /** What the inputs are unless somebody says something else; sensitive ones are not in it. */
  inputs: Record<string, InputValue>;
  namespace: string;
  programVersion: string;
}

/** A called playbook at its place: its inputs as the script has them, and as they are known now. */
interface Frame {
  inputs: ShellInputs;
  values: Record<string, InputValue>;
}

/** A playbook as the commands that one would type; asks no cluster. Throws `Problem` for files that cannot be read. */
export async function exportPlaybook({ loaded, inputs, namespace, programVersion }: ExportRequest): Promise<Exported> {
  const { playbook } = loaded;
  const tokens = createShellTokens();
  const own = shellInputs(playbook);
  const frames = new Map<string | undefined, Frame>();
  frames.set(undefined, {
    values: inputs,
    inputs: new Map(own.map(([name, type]) => [name, { content: `\${${variableOf(name)}}`, type }])),
  });
  const steps: ExportedStep[] = [];
  const conditions = new Map<string, ExportedStep['when']>();
  for (const place of flattenPlaybook(playbook)) {
    const frame = frames.get(place.parent) ?? { inputs: new Map(), values: inputs };
    const context = contextFor(place, loaded, frame, { tokens, namespace });
    if (place.called) frames.set(place.id, calledFrame(place.called, place.step, frame, { context, tokens }));
    const above = conditions.get(place.id.slice(0, Math.max(0, place.id.lastIndexOf('/')))) ?? [];
    const { when } = place.step;
    const conditional = when === undefined ? above : [...above, { cel: when, test: tokens.test(when, frame.inputs) }];
    conditions.set(place.id, conditional);
    steps.push(await exportStep(place, conditional, { loaded, frame, context, tokens }));
  }
  const root = createPlanContext(playbook, namespace, scopeFor(loaded, inputs, namespace));
  return {
    ...{ ref: playbook.ref, title: playbook.title, description: playbook.description, namespace, programVersion },
    inputs: exportedInputs(playbook, inputs),
    steps,
    next: (playbook.next ?? []).map((text) => rendered(root, text)),
  };
}

function exportedInputs(playbook: Playbook, values: Record<string, InputValue>): ExportedInput[] {
  const all: Record<string, InputDefinition> = { ...playbook.inputs, ...sensitiveInputs(playbook) };
  return Object.entries(all).map(([name, definition]) => ({
    name,
    variable: variableOf(name),
    definition,
    initial: definition.sensitive || values[name] === undefined ? undefined : String(values[name]),
  }));
}

function contextFor(
  { playbook }: FlatStep,
  loaded: LoadedRun,
  frame: Frame,
  { tokens, namespace }: { tokens: ShellTokens; namespace: string },
): PlanContext {
  const { manifests, workspace } = loaded;
  const scope = scopeFor(loaded, frame.values, namespace);
  const context = createPlanContext(playbook, namespace, scope, { manifests, workspace });
  return { ...context, render: (value) => tokens.render(value, frame.inputs, context) };
}

function scopeFor({ system }: LoadedRun, inputs: Record<string, InputValue>, namespace: string) {
  const cluster = { version: '', context: '', server: '', namespace, sandbox: false, apis: [] };
  return { inputs, system, cluster: { ...cluster, console: 'tars-console', kubectl: 'kubectl' }, steps: {} };
}

/** The inputs of a called playbook: what is passed to it, else the caller's of that name, else its default. */
function calledFrame(
  called: Playbook,
  { config }: StepDefinition,
  frame: Frame,
  { context, tokens }: { context: PlanContext; tokens: ShellTokens },
): Frame {
  const passed = context.render((config.with ?? {}) as Record<string, unknown>);
  tokens.taken();
  const known = createPlanContextValues(passed, tokens);
  const values = valuesFor(called, known, frame.values);
  const inputs = new Map<string, ShellInput>();
  for (const [name, type] of shellInputs(called)) {
    const given = passed[name];
    const above = frame.inputs.get(name);
    if (typeof given === 'string' && tokens.has(given))
      inputs.set(name, { content: tokens.inDocument(given), type, before: tokens.beforeOf(given) });
    else if (given === undefined && above) inputs.set(name, above);
    else inputs.set(name, { content: escaped(String(values[name] ?? '')), type });
  }
  return { inputs, values };
}

/** The inputs that become variables of the script. What was ticked in a list is decided when it is written. */
function shellInputs({ inputs }: Pick<Playbook, 'inputs'>): [name: string, type: ShellInput['type']][] {
  return Object.entries(inputs).flatMap(([name, { type, sensitive }]) =>
    sensitive || type === 'list' ? [] : [[name, type]],
  );
}

/** What a called playbook works with; what only the script will know may be missing, or stand there as words that say so. */
function valuesFor(
  called: Playbook,
  passed: Record<string, unknown>,
  caller: Record<string, InputValue>,
): Record<string, InputValue> {
  try {
    return calledInputs(called, passed, caller);
  } catch {
    const found = Object.entries(called.inputs).map(([name, one]) => [
      name,
      passed[name] ?? caller[name] ?? one.default,
    ]);
    return Object.fromEntries(found.map(([name, value]) => [name, value ?? '']));
  }
}

// A token is no value of the input's type: what depends on it is decided by the script.
function createPlanContextValues(passed: Record<string, unknown>, tokens: ShellTokens): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(passed).filter(([, value]) => typeof value !== 'string' || !tokens.has(value)),
  );
}

function rendered(context: PlanContext, text: string): string {
  try {
    return context.render(text);
  } catch {
    return text.replace(/\$\{\{\s*(.*?)\s*\}\}/gs, '<$1>');
  }
}

/** The lines that make a value which the others use; a value may be made of another one above it. */
function neededBy(lines: readonly string[], before: readonly string[]): string[] {
  let used = lines.join('\n');
  const kept: string[] = [];
  for (const line of [...before].reverse()) {
    const [, name] = /\b(value_\d+)=/.exec(line) ?? [];
    if (name !== undefined && !used.includes(`\${${name}}`)) continue;
    used += line;
    kept.push(line);
  }
  return kept.reverse();
}

async function exportStep(
  place: FlatStep,
  when: ExportedStep['when'],
  { loaded, frame, context, tokens }: { loaded: LoadedRun; frame: Frame; context: PlanContext; tokens: ShellTokens },
): Promise<ExportedStep> {
  const { step, id, depth, called } = place;
  const group = called !== undefined || step.kind === 'parallel';
  const kind = kindOf(loaded.stepKinds, step);
  const made = group
    ? { lines: [], notes: [] }
    : await stepLines({ place, kind, inputs: frame.inputs, context, tokens });
  const { before, unknown, decided } = tokens.taken();
  // Variables are named there, not put in: a sentence in single quotes.
  const byHand =
    'byHand' in made && made.byHand !== undefined ? tokens.inProse(made.byHand).replaceAll('$', '') : undefined;
  const { retry, onFailure } = step;
  return {
    ...{ id, title: step.title, description: step.description, kind: step.kind, depth, group, when },
    lines: [...neededBy(made.lines, before), ...made.lines],
    notes: [
      ...made.notes,
      ...unknown.map((cel) => `Only a run knows ${cel}; put it in yourself.`),
      ...decided.map((cel) => `${cel} was worked out when this was exported: it does not follow the variables.`),
      ...(step.undoSteps || step.rescue ? ['A run also knows what to do when this fails.'] : []),
    ],
    byHand: byHand ?? (unknown.length > 0 ? `It needs ${unknown.join(', ')}, which only a run knows.` : undefined),
    retry: retry && {
      forSeconds: Math.ceil((retry.forMs ?? (retry.times ?? 1) * (retry.everyMs ?? 1000)) / 1000),
      everySeconds: Math.max(1, Math.ceil((retry.everyMs ?? 1000) / 1000)),
    },
    optional: onFailure === 'continue',
  };
}
