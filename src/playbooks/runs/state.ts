import type { LoadResult, LoadSample } from '../../load/sample.ts';
import type { Finding } from '../finding.ts';
import type { StepPreview } from '../step-preview.ts';
import type { PlannedStep, RunEvent, RunHeader, RunRecord, RunStatus, StepProblem } from './events.ts';
import type { Question } from './question.ts';

/** How much of a stream is kept: the newest output lines of each step, and ten minutes of samples. */
export const keptLines = 200;
export const keptSamples = 2400;

export type StepProgress =
  | { status: 'pending' }
  | { status: 'running'; startedAt: string; attempt: number; progress?: string; fraction?: number }
  | { status: 'done'; summary: string; ms: number; findings: readonly Finding[] }
  | { status: 'skipped'; reason: string; ms: number }
  | { status: 'failed'; problem: StepProblem; ms: number; findings: readonly Finding[] }
  /** What it did was taken back. */
  | { status: 'undone'; summary: string; ms: number }
  | { status: 'not-met'; reason: string; evidence: readonly string[]; ms: number; findings: readonly Finding[] };

export type StepState = PlannedStep & {
  now: StepProgress;
  /** The newest lines of its output, oldest first. */
  output: readonly string[];
  outputs: Readonly<Record<string, unknown>>;
  /** What it would do, as it was looked at just before it ran. */
  preview?: StepPreview;
};

export interface OpenQuestion {
  id: string;
  step: string;
  question: Question;
}

/** `waiting`: for an answer. `interrupted`: its process is gone and it has not ended. */
export type RunStatusNow = RunStatus | 'running' | 'waiting' | 'interrupted';

/** All that is known of a run from its events; the same for screen, line printer, second terminal and replay. */
export interface RunState {
  run: RunHeader | undefined;
  status: RunStatusNow;
  steps: readonly StepState[];
  question: OpenQuestion | undefined;
  samples: readonly LoadSample[];
  /** Result of the newest load test. */
  load: LoadResult | undefined;
  stopRequested: boolean;
  /** What resuming found. */
  notes: readonly string[];
  /** Whether other runs are kept from the system meanwhile. */
  lock: { state: 'held' | 'unguarded' | 'lost' | 'released'; note: string } | undefined;
  ended: { at: string; status: RunStatus; exitCode: number; summary: string; next: readonly string[] } | undefined;
  pid: number | undefined;
  /** Of the newest record. */
  seq: number;
  at: string | undefined;
  /** Records of a newer program that this one does not know. */
  unknown: number;
}

export const initialRunState: RunState = {
  run: undefined,
  status: 'running',
  steps: [],
  question: undefined,
  samples: [],
  load: undefined,
  stopRequested: false,
  notes: [],
  lock: undefined,
  ended: undefined,
  pid: undefined,
  seq: 0,
  at: undefined,
  unknown: 0,
};

/** What a run looks like after one more event. Pure; a record that was seen already changes nothing. */
export function reduceRun(state: RunState, event: RunEvent): RunState {
  if (!('seq' in event)) return reduceSignal(state, event);
  if (event.seq <= state.seq) return state;
  return reduceRecord({ ...state, seq: event.seq, at: event.at }, event);
}

/** The same for many events. */
export function reduceRunEvents(state: RunState, events: Iterable<RunEvent>): RunState {
  let reduced = state;
  for (const event of events) reduced = reduceRun(reduced, event);
  return reduced;
}

function reduceRecord(state: RunState, record: RunRecord): RunState {
  switch (record.type) {
    case 'run-started':
      return {
        ...state,
        run: record.run,
        pid: record.pid,
        steps: record.run.steps.map(pendingStep),
      };
    case 'run-resumed':
      return {
        ...state,
        pid: record.pid,
        notes: record.notes,
        status: 'running',
        ended: undefined,
        question: undefined,
        stopRequested: false,
        steps: state.steps.map(unfinishedAgain),
      };
    case 'steps-added':
      return { ...state, steps: withAdded(state.steps, record.after, record.steps) };
    case 'step-preview':
      return changeStep(state, record.step, (step) => ({ ...step, preview: record.preview }));
    case 'undo-intent':
      return changeStep(state, record.step, (step) => ({
        ...step,
        now: { status: 'running', startedAt: record.at, attempt: 1, progress: 'taking back what it did' },
      }));
    case 'undo-result':
      return changeStep(state, record.step, (step) => ({ ...step, now: undoneOf(record) }));
    case 'lock':
      return { ...state, lock: { state: record.state, note: record.note ?? '' } };
    case 'step-intent':
      return changeStep(state, record.step, (step) => ({
        ...step,
        now: { status: 'running', startedAt: record.at, attempt: record.attempt },
      }));
    case 'step-result':
      return afterResult(state, record);
    case 'question': {
      if (state.ended) return state;
      const { id, step, question } = record;
      return { ...state, status: 'waiting', question: { id, step, question } };
    }
    case 'answer':
      return state.question?.id === record.id ? { ...state, question: undefined, status: 'running' } : state;
    case 'stop-requested':
      return { ...state, stopRequested: true };
    case 'run-ended': {
      const { at, status, exitCode, summary, next = [] } = record;
      return { ...state, status, question: undefined, ended: { at, status, exitCode, summary, next } };
    }
    default:
      return { ...state, unknown: state.unknown + 1 };
  }
}

function afterResult(state: RunState, record: Extract<RunRecord, { type: 'step-result' }>): RunState {
  const outputs = record.outputs ?? {};
  const changed = changeStep(state, record.step, (step) => ({ ...step, now: resultOf(record), outputs }));
  const load = asLoadResult(outputs.load);
  return load ? { ...changed, load } : changed;
}

function resultOf(record: Extract<RunRecord, { type: 'step-result' }>): StepProgress {
  const { status, summary = '', ms, findings = [], problem } = record;
  switch (status) {
    case 'skipped':
      return { status, reason: summary, ms };
    case 'failed':
      return { status, problem: problem ?? { message: summary || 'it failed' }, ms, findings };
    case 'not-met':
      return { status, reason: summary, evidence: problem?.evidence ?? [], ms, findings };
    default:
      return { status: 'done', summary, ms, findings };
  }
}

/** A result of a load test among a step's outputs. */
function asLoadResult(value: unknown): LoadResult | undefined {
  return value !== null && typeof value === 'object' && 'sustained' in value && 'thresholds' in value
    ? (value as LoadResult)
    : undefined;
}

function pendingStep(step: PlannedStep): StepState {
  return { ...step, now: { status: 'pending' }, output: [], outputs: {} };
}

/** The steps with new ones behind one of them and what is below it; steps that are there already are not added again. */
function withAdded(steps: readonly StepState[], after: string, added: readonly PlannedStep[]): readonly StepState[] {
  const known = new Set(steps.map(({ id }) => id));
  const fresh = added.filter(({ id }) => !known.has(id)).map(pendingStep);
  const last = steps.findLastIndex(({ id }) => id === after || id.startsWith(`${after}/`));
  return steps.toSpliced(last < 0 ? steps.length : last + 1, 0, ...fresh);
}

function undoneOf(record: Extract<RunRecord, { type: 'undo-result' }>): StepProgress {
  const { status, summary = '', ms, problem } = record;
  if (status === 'done') return { status: 'undone', summary, ms };
  return { status: 'failed', problem: problem ?? { message: 'It could not be taken back' }, ms, findings: [] };
}

// What ran when the process ended, or had failed, is taken up again.
function unfinishedAgain(step: StepState): StepState {
  const { status } = step.now;
  return status === 'done' || status === 'skipped' ? step : { ...step, now: { status: 'pending' } };
}

function reduceSignal(state: RunState, signal: Exclude<RunEvent, RunRecord>): RunState {
  switch (signal.type) {
    case 'output':
      return changeStep(state, signal.step, (step) => ({
        ...step,
        output: [...step.output, signal.line].slice(-keptLines),
      }));
    case 'progress':
      return changeStep(state, signal.step, (step) => {
        if (step.now.status !== 'running') return step;
        const { startedAt, attempt } = step.now;
        const fraction = signal.fraction === undefined ? {} : { fraction: signal.fraction };
        return { ...step, now: { status: 'running', startedAt, attempt, progress: signal.text, ...fraction } };
      });
    case 'sample':
      return { ...state, samples: withSample(state.samples, signal.sample) };
    case 'interrupted':
      return state.ended ? state : { ...state, status: 'interrupted', question: undefined };
    default:
      return state;
  }
}

// A second load test begins at its own zero: it takes the place of the first.
function withSample(samples: readonly LoadSample[], sample: LoadSample): readonly LoadSample[] {
  const last = samples.at(-1);
  if (last && sample.t < last.t) return [sample];
  return [...samples, sample].slice(-keptSamples);
}

function changeStep(state: RunState, id: string, change: (step: StepState) => StepState): RunState {
  const index = state.steps.findIndex((step) => step.id === id);
  const step = state.steps[index];
  if (!step) return state;
  return { ...state, steps: state.steps.with(index, change(step)) };
}
