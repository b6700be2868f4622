import type { Finding } from '../finding.ts';
import type { StepPreview } from '../step-preview.ts';
import type { PlannedStep, RunHeader, RunRecord, RunSignal, StepProblem } from './events.ts';

/** How many of the newest output lines of each step are kept. */
export const keptLines = 200;

export type StepProgress =
  | { status: 'pending' }
  | { status: 'running'; startedAt: string; attempt: number; progress?: string; fraction?: number; alarm?: string }
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

export function resultOf(record: Extract<RunRecord, { type: 'step-result' }>): StepProgress {
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

/** Whether it failed, and the steps of its rescue put that right. */
export function isRescued(now: StepProgress): boolean {
  return now.status === 'done' && now.summary.startsWith(rescuedBy);
}

/** How the summary of a rescued step begins; why it had failed comes after it. */
export const rescuedBy = 'rescued: ';

export function pendingStep(step: PlannedStep): StepState {
  return { ...step, now: { status: 'pending' }, output: [], outputs: {} };
}

/** The steps with new ones behind one of them and what is below it; steps that are there already are not added again. */
export function withAdded(
  steps: readonly StepState[],
  after: string,
  added: readonly PlannedStep[],
): readonly StepState[] {
  const known = new Set(steps.map(({ id }) => id));
  const fresh = added.filter(({ id }) => !known.has(id)).map(pendingStep);
  const last = steps.findLastIndex(({ id }) => id === after || id.startsWith(`${after}/`));
  return steps.toSpliced(last < 0 ? steps.length : last + 1, 0, ...fresh);
}

/** What a step's undoing led to, for it and, where it was taken back, for all that it holds. */
export function withUndone(
  steps: readonly StepState[],
  record: Extract<RunRecord, { type: 'undo-result' }>,
): readonly StepState[] {
  const { step: id, status } = record;
  const isHeld = (step: StepState) =>
    status === 'done' &&
    step.id.startsWith(`${id}/`) &&
    !step.id.startsWith(`${id}/undo`) &&
    step.now.status === 'done';
  return steps.map((step) => (step.id === id || isHeld(step) ? { ...step, now: undoneOf(record) } : step));
}

function undoneOf(record: Extract<RunRecord, { type: 'undo-result' }>): StepProgress {
  const { status, summary = '', ms, problem } = record;
  if (status === 'done') return { status: 'undone', summary, ms };
  return { status: 'failed', problem: problem ?? { message: 'It could not be taken back' }, ms, findings: [] };
}

/** What ran when the process ended, or had failed, is taken up again. */
export function unfinishedAgain(step: StepState): StepState {
  const { status } = step.now;
  return status === 'done' || status === 'skipped' ? step : { ...step, now: { status: 'pending' } };
}

/** The steps of the header that counts from now on; what is known of them stays, and so do those that the run has added. */
export function withHeader(
  steps: readonly StepState[],
  before: RunHeader | undefined,
  { steps: planned }: RunHeader,
): readonly StepState[] {
  const old = new Set(before?.steps.map(({ id }) => id));
  const own = planned.map((step): StepState => {
    const known = steps.find(({ id }) => id === step.id);
    return known ? { ...known, ...step } : pendingStep(step);
  });
  const added = steps.filter(({ id }) => !old.has(id) && !own.some((step) => step.id === id));
  return added.reduce<readonly StepState[]>((all, step) => {
    const parent = step.id.slice(0, step.id.lastIndexOf('/'));
    const last = all.findLastIndex(({ id }) => id === parent || id.startsWith(`${parent}/`));
    return last < 0 ? all : all.toSpliced(last + 1, 0, step);
  }, own);
}

/** What is nice to know of a step while it happens. */
export function withSignal(
  step: StepState,
  signal: Extract<RunSignal, { type: 'output' | 'progress' | 'alarm' }>,
): StepState {
  const output = signal.type === 'output' ? [...step.output, signal.line].slice(-keptLines) : step.output;
  if (step.now.status !== 'running') return { ...step, output };
  // Whatever happens ends the alarm that nothing happens.
  const { alarm: _, ...now } = step.now;
  if (signal.type === 'output') return { ...step, output, now };
  if (signal.type === 'alarm') return { ...step, now: { ...now, alarm: signal.text } };
  const { startedAt, attempt, status } = now;
  const fraction = signal.fraction === undefined ? {} : { fraction: signal.fraction };
  return { ...step, now: { status, startedAt, attempt, progress: signal.text, ...fraction } };
}
