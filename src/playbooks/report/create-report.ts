import type { LoadResult, LoadSample } from '../../load/sample.ts';
import type { RunRecord, RunSignal, StepProblem } from '../runs/events.ts';
import type { Answer } from '../runs/question.ts';
import { initialRunState, type RunState, type RunStatusNow, reduceRunEvents, type StepState } from '../runs/state.ts';
import type { Report, ReportLoad, ReportQuestion, ReportStep, StepStatusNow } from './report.ts';

export interface ReportSource {
  records: readonly RunRecord[];
  /** Samples of load tests; output and progress are of no account. */
  signals: readonly RunSignal[];
  /** What the run is now; the records alone do not say whether its process is there. */
  status: RunStatusNow;
  faults: readonly string[];
}

/** The report of a run whose first record is there. Pure. Returns undefined when it is not. */
export function createReport({ records, signals, status, faults }: ReportSource): Report | undefined {
  const state = reduceRunEvents(initialRunState, records);
  const { run, ended } = state;
  if (!run) return undefined;
  const steps = state.steps.map((step) => reportStep(step, records));
  const { kubeconfig: _, ...cluster } = run.cluster;
  return {
    version: 1,
    run: {
      id: run.id,
      playbook: run.playbook,
      system: run.system,
      title: run.title,
      programVersion: run.programVersion,
      hash: run.hash,
    },
    outcome: {
      status,
      summary: ended?.summary ?? summaryOf(status),
      startedAt: run.startedAt,
      endedAt: ended?.at,
      ms: Math.max(0, Date.parse(ended?.at ?? state.at ?? run.startedAt) - Date.parse(run.startedAt)),
      exitCode: ended?.exitCode,
      next: ended?.next ?? [],
    },
    cluster: { ...cluster, production: run.production === true },
    manifests: run.manifests,
    inputs: run.inputs,
    sensitiveInputs: run.sensitiveInputs,
    counts: countsOf(steps),
    steps,
    questions: questionsIn(records),
    loads: loadsIn(state, signals),
    incidents: incidentsIn(records),
    faults,
  };
}

function summaryOf(status: RunStatusNow): string {
  if (status === 'interrupted') return 'Its process has gone, and no record says how it ended';
  return status === 'waiting' ? 'It waits for an answer' : 'It is going on';
}

function reportStep(step: StepState, records: readonly RunRecord[]): ReportStep {
  const { id, title, description, kind, depth, group, equivalent, now, preview } = step;
  const intents = records.filter((one) => one.type === 'step-intent' && one.step === id);
  const problem =
    now.status === 'failed' ? now.problem : now.status === 'undone' ? failureBefore(id, records) : undefined;
  const evidence = now.status === 'not-met' ? now.evidence : (problem?.evidence ?? []);
  const told = problem ?? (now.status === 'not-met' ? { message: now.reason } : undefined);
  return {
    ...{ id, title, description, kind, depth, group, equivalent, preview },
    status: now.status,
    startedAt: intents.at(0)?.at,
    ms: 'ms' in now ? now.ms : undefined,
    attempts: intents.length,
    summary: sentenceOf(step),
    findings: 'findings' in now ? now.findings : [],
    problem: told && { message: told.message, where: problem?.where, next: problem?.next ?? [], evidence },
  };
}

/** Why a step failed that was then taken back. */
function failureBefore(id: string, records: readonly RunRecord[]): StepProblem | undefined {
  const result = records.findLast((one) => one.type === 'step-result' && one.step === id);
  return result?.type === 'step-result' && result.status === 'failed' ? result.problem : undefined;
}

function sentenceOf({ now }: StepState): string {
  if (now.status === 'done' || now.status === 'undone') return now.summary;
  if (now.status === 'skipped' || now.status === 'not-met') return now.reason;
  if (now.status === 'failed') return now.problem.message;
  return now.status === 'running' ? 'has no result' : 'was not begun';
}

function countsOf(steps: readonly ReportStep[]): Record<StepStatusNow, number> {
  const counts = { done: 0, skipped: 0, failed: 0, 'not-met': 0, undone: 0, running: 0, pending: 0 };
  for (const { status, group } of steps) if (!group) counts[status] += 1;
  return counts;
}

function questionsIn(records: readonly RunRecord[]): ReportQuestion[] {
  return records.flatMap((record) => {
    if (record.type !== 'question') return [];
    const answered = records.find((one) => one.type === 'answer' && one.id === record.id);
    const { answer, by } = answered?.type === 'answer' ? answered : { answer: undefined, by: undefined };
    // What nobody took up was no question.
    if (record.question.kind === 'offer' && !answer) return [];
    const { at, step, question } = record;
    const sensitive = question.kind === 'input' && question.sensitive === true;
    return [{ at, step, question, answer: answer && (sensitive ? '(not written down)' : answerText(answer)), by }];
  });
}

function answerText(answer: Answer): string {
  if (answer.kind === 'confirm') return answer.yes ? 'yes' : 'no';
  if (answer.kind === 'choice') return answer.value;
  if (answer.kind === 'offer') return 'done';
  return answer.kind === 'failure' ? answer.choice : answer.text;
}

/** Each load test with its own samples; of one that was run again, the newest try. */
function loadsIn(state: RunState, signals: readonly RunSignal[]): ReportLoad[] {
  const samples = new Map<string, LoadSample[]>();
  for (const signal of signals) {
    if (signal.type !== 'sample') continue;
    const before = samples.get(signal.step) ?? [];
    const again = signal.sample.t < (before.at(-1)?.t ?? 0);
    samples.set(signal.step, again ? [signal.sample] : [...before, signal.sample]);
  }
  return state.steps.flatMap((step): ReportLoad[] => {
    const own = samples.get(step.id) ?? [];
    const result = step.outputs.load as LoadResult | undefined;
    if (!result?.sustained && own.length === 0) return [];
    return [{ step: step.id, title: step.title, result: result?.sustained ? result : undefined, samples: own }];
  });
}

function incidentsIn(records: readonly RunRecord[]): { at: string; text: string }[] {
  return records.flatMap((record) => {
    const { at } = record;
    if (record.type === 'run-resumed') return [{ at, text: ['Gone on with', ...record.notes].join('; ') }];
    if (record.type === 'stop-requested') return [{ at, text: `Asked to stop, by ${record.by}` }];
    if (record.type === 'undo-result')
      return [{ at, text: `${record.step}: ${record.status === 'done' ? 'taken back' : 'could not be taken back'}` }];
    if (record.type !== 'lock' || record.state === 'released' || record.state === 'held') return [];
    const what = record.state === 'lost' ? 'The lock was lost' : 'Other runs were not kept away';
    return [{ at, text: record.note ? `${what}: ${record.note}` : what }];
  });
}
