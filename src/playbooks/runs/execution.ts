import { Problem } from '../../base/errors.ts';
import { isMasked } from '../../base/masking.ts';
import type { Connection } from '../../cluster/connection.ts';
import type { InputValue } from '../inputs.ts';
import type { ManifestSet } from '../manifest-set.ts';
import type { Playbook, StepDefinition } from '../model.ts';
import { createPlanContext } from '../plan-context.ts';
import type { PlanContext, PlaybookLibrary, Scope, StepContext, StepKind, StepResult } from '../step-kind.ts';
import type { StepPreview } from '../step-preview.ts';
import type { Earlier } from './earlier.ts';
import type { StepStatus } from './events.ts';
import type { Questions } from './questions.ts';
import type { RunSink } from './run-sink.ts';
import type { SensitiveInputs } from './sensitive-inputs.ts';
import type { RunControl } from './stopping.ts';

export { type Earlier, readEarlier } from './earlier.ts';

/** What a run is made of while it is executed. */
export interface Execution {
  playbook: Playbook;
  inputs: Record<string, InputValue>;
  stepKinds: readonly StepKind[];
  manifests: ManifestSet | undefined;
  workspace: string;
  library?: PlaybookLibrary | undefined;
  run: { id: string; folder: string };
  connection: Connection;
  /** `system`, `cluster` and `run` of expressions. */
  surroundings: { system: Record<string, unknown>; cluster: Record<string, unknown>; run?: { time: string } };
  sink: RunSink;
  questions: Questions;
  secrets: SensitiveInputs;
  control: RunControl;
  /** What an earlier process of this run wrote down. */
  earlier: Earlier;
  /** Ids that `--from` and `--only` leave out, with the reason. */
  leftOut: ReadonlyMap<string, string>;
  /** What the person was shown of each step before the run, by the step's id. */
  accepted?: Readonly<Record<string, StepPreview>> | undefined;
}

/** What expressions see of a step that has ended, as `steps.<id>`. */
export interface StepEnd {
  status: StepStatus;
  outputs: Record<string, unknown>;
  /** Why it failed or was not met; empty for every other. */
  problem: string;
}

/** A step and the id that it has in the run. */
export interface Place {
  step: StepDefinition;
  id: string;
}

/** A list of steps at its place in the run, with the inputs of its playbook and with what its steps have put out. */
export interface Frame {
  playbook: Playbook;
  /** Id of the step that its steps stand below. */
  parent: string | undefined;
  /** Id of the step that called its playbook. */
  caller: string | undefined;
  inputs: Record<string, InputValue>;
  /** What expressions see as `steps`, beside what they see of the frame around it. */
  steps: Record<string, StepEnd>;
  outer?: Frame;
  /** Names that count here alone: the item of a `foreach`. */
  locals: Scope;
  /** One of its steps was run by this process. */
  isNew?: boolean;
}

export function idIn({ parent }: Pick<Frame, 'parent'>, step: Pick<StepDefinition, 'id'>): string {
  return parent === undefined ? step.id : `${parent}/${step.id}`;
}

export function scopeOf(execution: Execution, frame: Frame): Scope {
  return { inputs: frame.inputs, steps: stepsSeen(frame), ...execution.surroundings, ...frame.locals };
}

function stepsSeen({ outer, steps }: Frame): Record<string, StepEnd> {
  return outer ? { ...stepsSeen(outer), ...steps } : steps;
}

/** What explaining a step of this frame may use. */
export function planContextOf(execution: Execution, frame: Frame, id: string): PlanContext {
  const { connection, manifests, workspace, library } = execution;
  const own = frame.caller === undefined ? id : id.slice(frame.caller.length + 1);
  const context = createPlanContext(frame.playbook, connection.info.namespace, scopeOf(execution, frame), {
    manifests,
    workspace,
    library,
    origin: `${frame.playbook.ref} ${own}`,
  });
  return {
    ...context,
    evaluate: (expression, local) => known(context.evaluate(expression, local), expression),
    render: (value, local) =>
      isMasked(value) ? context.render(value, local) : known(context.render(value, local), value),
  };
}

/** What an earlier process of the run knew of a secret is not in the journal; in its place stands what hides it. */
function known<T>(value: T, written: unknown): T {
  if (!isMasked(value)) return value;
  throw new Problem('A secret that this step needs was known to an earlier process of this run alone', {
    evidence: [typeof written === 'string' ? written : JSON.stringify(written)],
    next: ['Run the playbook anew: secrets are never written down.'],
  });
}

/** What a step of this frame may use. */
export function createStepContext(
  execution: Execution,
  frame: Frame,
  { step, id }: Place,
  signals: { signal: AbortSignal; waiting: AbortSignal; onActivity: (text?: string) => void },
): StepContext {
  const { connection, sink, secrets, questions, run } = execution;
  const at = () => new Date().toISOString();
  let said: string | undefined;
  return {
    ...planContextOf(execution, frame, id),
    run,
    step: { id },
    connection,
    signal: signals.signal,
    waiting: signals.waiting,
    timeoutMs: step.timeoutMs,
    output(text) {
      signals.onActivity();
      for (const line of text.split('\n')) sink.signal({ type: 'output', at: at(), step: id, line });
    },
    progress(text, fraction) {
      if (text !== said) signals.onActivity(text);
      said = text;
      sink.signal({ type: 'progress', at: at(), step: id, text, ...(fraction === undefined ? {} : { fraction }) });
    },
    sample(sample) {
      signals.onActivity();
      sink.signal({ type: 'sample', at: at(), step: id, sample });
    },
    ask: (question) => questions.ask(id, question, signals.waiting),
    offer: (offer, signal) => questions.offer(id, offer, AbortSignal.any([signal, signals.waiting])),
    secret: (name) => secrets.get(name),
    hide: (value) => sink.masker.add(value),
    give: (name, value) => secrets.set(name, value),
  };
}

/** What a step puts out: by its own names where it has some, else all that its kind does. Throws `Problem`. */
export function outputsOf(
  step: StepDefinition,
  { outputs = {}, locals }: StepResult,
  context: Pick<StepContext, 'render' | 'evaluate'>,
): Record<string, unknown> {
  const own = Object.entries(step.outputs ?? {}).map(([name, text]) => {
    const scope = { ...locals, outputs };
    return [name, text.includes('${' + '{') ? context.render(text, scope) : context.evaluate(text, scope)];
  });
  return { ...outputs, ...Object.fromEntries(own) };
}
