import type { LoadResult, LoadSample } from '../../load/sample.ts';
import type { RunEvent, RunHeader, RunRecord, RunStatus } from './events.ts';
import type { Offer, Question } from './question.ts';
import {
  pendingStep,
  resultOf,
  type StepState,
  unfinishedAgain,
  withAdded,
  withHeader,
  withSignal,
  withUndone,
} from './step-state.ts';

/** Ten minutes of samples are kept. */
export const keptSamples = 2400;

export { keptLines, type StepProgress, type StepState } from './step-state.ts';

export interface OpenQuestion {
  id: string;
  step: string;
  question: Question;
}

export interface OpenOffer {
  id: string;
  step: string;
  question: Offer;
}

/** `waiting`: for an answer. `interrupted`: its process is gone and it has not ended. */
export type RunStatusNow = RunStatus | 'running' | 'waiting' | 'interrupted';

/** All that is known of a run from its events; the same for screen, line printer, second terminal and replay. */
export interface RunState {
  run: RunHeader | undefined;
  status: RunStatusNow;
  steps: readonly StepState[];
  question: OpenQuestion | undefined;
  /** What a person may do while a step goes on. */
  offer: OpenOffer | undefined;
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
  offer: undefined,
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
        offer: undefined,
        stopRequested: false,
        run: record.run ?? state.run,
        steps: (record.run ? withHeader(state.steps, state.run, record.run) : state.steps).map(unfinishedAgain),
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
      return { ...state, steps: withUndone(state.steps, record) };
    case 'lock':
      return { ...state, lock: { state: record.state, note: record.note ?? '' } };
    case 'step-intent':
      return changeStep(state, record.step, (step) => ({
        ...step,
        now: { status: 'running', startedAt: record.at, attempt: record.attempt },
        output: record.found === undefined ? step.output : [...step.output, `looked at again: ${record.found}`],
      }));
    case 'step-result':
      return afterResult(state, record);
    case 'question': {
      if (state.ended) return state;
      const { id, step, question } = record;
      if (question.kind === 'offer') return { ...state, offer: { id, step, question } };
      return { ...state, status: 'waiting', question: { id, step, question } };
    }
    case 'answer':
      if (state.offer?.id === record.id) return { ...state, offer: undefined };
      return state.question?.id === record.id ? { ...state, question: undefined, status: 'running' } : state;
    case 'stop-requested':
      return { ...state, stopRequested: true };
    case 'run-ended': {
      const { at, status, exitCode, summary, next = [] } = record;
      const steps = state.steps.map((step) => (step.now.status === 'running' ? unfinishedAgain(step) : step));
      const ended = { at, status, exitCode, summary, next };
      return { ...state, status, steps, question: undefined, offer: undefined, ended };
    }
    default:
      return { ...state, unknown: state.unknown + 1 };
  }
}

function afterResult(before: RunState, record: Extract<RunRecord, { type: 'step-result' }>): RunState {
  // A question that its step has not waited for to the end, as its time was over, is nobody's to answer any more.
  const isOver = before.question?.step === record.step;
  const asked: RunState = isOver ? { ...before, question: undefined, status: 'running' } : before;
  const state: RunState = asked.offer?.step === record.step ? { ...asked, offer: undefined } : asked;
  const outputs = record.outputs ?? {};
  const changed = changeStep(state, record.step, (step) => ({ ...step, now: resultOf(record), outputs }));
  const load = asLoadResult(outputs.load);
  return load ? { ...changed, load } : changed;
}

/** A result of a load test among a step's outputs. */
function asLoadResult(value: unknown): LoadResult | undefined {
  return value !== null && typeof value === 'object' && 'sustained' in value && 'thresholds' in value
    ? (value as LoadResult)
    : undefined;
}

function reduceSignal(state: RunState, signal: Exclude<RunEvent, RunRecord>): RunState {
  switch (signal.type) {
    case 'output':
    case 'progress':
    case 'alarm':
      return changeStep(state, signal.step, (step) => withSignal(step, signal));
    case 'sample':
      return { ...state, samples: withSample(state.samples, signal.sample) };
    case 'interrupted':
      return state.ended ? state : { ...state, status: 'interrupted', question: undefined, offer: undefined };
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
