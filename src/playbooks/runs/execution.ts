import type { Connection } from '../../cluster/connection.ts';
import type { InputValue } from '../inputs.ts';
import type { ManifestSet } from '../manifest-set.ts';
import type { Playbook, StepDefinition } from '../model.ts';
import { originOf } from '../origin.ts';
import { createPlanContext } from '../plan-context.ts';
import type { Scope, StepContext, StepKind, StepResult } from '../step-kind.ts';
import type { StepPreview } from '../step-preview.ts';
import type { RunRecord, StepStatus } from './events.ts';
import type { Questions } from './questions.ts';
import type { RunSink } from './run-sink.ts';
import type { SensitiveInputs } from './sensitive-inputs.ts';
import type { RunControl } from './stopping.ts';

/** What a run is made of while it is executed. */
export interface Execution {
  playbook: Playbook;
  inputs: Record<string, InputValue>;
  stepKinds: readonly StepKind[];
  manifests: ManifestSet | undefined;
  workspace: string;
  run: { id: string; folder: string };
  connection: Connection;
  /** `system` and `cluster` of expressions. */
  surroundings: { system: Record<string, unknown>; cluster: Record<string, unknown> };
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

type StepRecord = Extract<RunRecord, { type: 'step-result' }>;

/** What a journal says about steps that an earlier process has begun. */
export interface Earlier {
  /** The newest result of each step; none where an intent came after it. */
  results: ReadonlyMap<string, StepRecord>;
  /** Steps with an intent and no result, and how often they were tried. */
  open: ReadonlySet<string>;
  attempts: ReadonlyMap<string, number>;
}

export function readEarlier(records: readonly RunRecord[]): Earlier {
  const results = new Map<string, StepRecord>();
  const open = new Set<string>();
  const attempts = new Map<string, number>();
  for (const record of records) {
    if (record.type === 'step-intent') {
      open.add(record.step);
      results.delete(record.step);
      attempts.set(record.step, record.attempt);
    } else if (record.type === 'step-result') {
      open.delete(record.step);
      results.set(record.step, record);
    }
  }
  return { results, open, attempts };
}

/** A playbook at its place in the run, with its own inputs and its own steps' outputs. */
export interface Frame {
  playbook: Playbook;
  parent: string | undefined;
  inputs: Record<string, InputValue>;
  /** What expressions see as `steps`. */
  steps: Record<string, { status: StepStatus; outputs: Record<string, unknown> }>;
}

export function scopeOf(execution: Execution, frame: Frame): Scope {
  return { inputs: frame.inputs, steps: frame.steps, ...execution.surroundings };
}

/** What a step of this frame may use. */
export function createStepContext(
  execution: Execution,
  frame: Frame,
  { step, id }: { step: StepDefinition; id: string },
  signals: { signal: AbortSignal; waiting: AbortSignal; onActivity: () => void },
): StepContext {
  const { connection, sink, secrets, questions, manifests, workspace, run } = execution;
  const { namespace } = connection.info;
  const at = () => new Date().toISOString();
  let said: string | undefined;
  return {
    ...createPlanContext(frame.playbook, namespace, scopeOf(execution, frame), {
      manifests,
      workspace,
      origin: originOf(execution.playbook, id),
    }),
    run,
    connection,
    signal: signals.signal,
    waiting: signals.waiting,
    timeoutMs: step.timeoutMs,
    output(text) {
      signals.onActivity();
      for (const line of text.split('\n')) sink.signal({ type: 'output', at: at(), step: id, line });
    },
    progress(text, fraction) {
      if (text !== said) signals.onActivity();
      said = text;
      sink.signal({ type: 'progress', at: at(), step: id, text, ...(fraction === undefined ? {} : { fraction }) });
    },
    sample(sample) {
      signals.onActivity();
      sink.signal({ type: 'sample', at: at(), step: id, sample });
    },
    ask: (question) => questions.ask(id, question, signals.waiting),
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
