import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from '../../../src/cluster/connection.ts';
import type { Playbook, StepDefinition } from '../../../src/playbooks/model.ts';
import { flattenPlaybook } from '../../../src/playbooks/plan.ts';
import type { RunEvent, RunRecord } from '../../../src/playbooks/runs/events.ts';
import { execute } from '../../../src/playbooks/runs/execute.ts';
import { type Execution, readEarlier } from '../../../src/playbooks/runs/execution.ts';
import { readJournal } from '../../../src/playbooks/runs/journal.ts';
import type { JournalOptions } from '../../../src/playbooks/runs/journal-writer.ts';
import { createQuestions } from '../../../src/playbooks/runs/questions.ts';
import { runPaths } from '../../../src/playbooks/runs/run-folder.ts';
import { createRunSink } from '../../../src/playbooks/runs/run-sink.ts';
import { leftOut } from '../../../src/playbooks/runs/selection.ts';
import { createSensitiveInputs } from '../../../src/playbooks/runs/sensitive-inputs.ts';
import { createRunControl } from '../../../src/playbooks/runs/stopping.ts';
import type { StepContext, StepKind, StepResult } from '../../../src/playbooks/step-kind.ts';
import { foreachStep } from '../../../src/playbooks/steps/foreach.ts';
import { parallelStep } from '../../../src/playbooks/steps/parallel.ts';
import { playbookStep } from '../../../src/playbooks/steps/playbook.ts';

export type Act = (context: StepContext, config: Record<string, unknown>) => Promise<StepResult> | StepResult;

export interface Tried {
  events: RunEvent[];
  records: RunRecord[];
  status: string;
  at: string | undefined;
  why: string | undefined;
  unanswered: boolean | undefined;
  folder: string;
}

export interface Trial {
  steps: Partial<StepDefinition>[];
  act: Act;
  probe?: StepKind['probe'];
  /** What else the kind of step has: `undo`, `before`, other effects. */
  kind?: Partial<StepKind>;
  /** Of the playbook beside its steps. */
  playbook?: Partial<Playbook>;
  calls?: Record<string, Playbook>;
  interactive?: boolean;
  assumeYes?: boolean;
  from?: string;
  only?: string;
  folder?: string;
  inputs?: Record<string, string | number | boolean>;
  secrets?: Record<string, string>;
  onEvent?: (event: RunEvent, execution: Execution) => void;
  speed?: { sandbox: boolean };
  /** A journal whose disk does what the test says. */
  open?: JournalOptions['open'];
}

/** A playbook of one kind of step whose behaviour a test states. */
export function playbookOf(steps: Partial<StepDefinition>[], more: Partial<Playbook> = {}): Playbook {
  return {
    ...{ ref: 'test/it', system: 'test', name: 'it', title: 'It', folder: '/', file: '/it.yaml', source: 'bundled' },
    inputs: {},
    calls: {},
    ...more,
    steps: stepsOf(steps),
  };
}

/** Steps with what every step must have. */
export function stepsOf(steps: Partial<StepDefinition>[]): StepDefinition[] {
  return steps.map((step, line) => {
    const id = step.id ?? `s${line + 1}`;
    // A kind is not told which step it runs.
    const config = { name: id, ...step.config };
    return { id, title: `Step ${id.replace(/^s/, '')}`, kind: 'act', line, ...step, config };
  });
}

/** Executes a playbook without a cluster and without a process; the journal is a real one. */
export async function tryRun(trial: Trial): Promise<Tried> {
  const { steps, act, probe, interactive = false, assumeYes = false } = trial;
  const folder = trial.folder ?? mkdtempSync(join(tmpdir(), 'tars-console-run-'));
  const paths = runPaths(folder);
  const earlier = readJournal(paths.journal);
  const events: RunEvent[] = [];
  const playbook: Playbook = { ...playbookOf(steps, { calls: trial.calls ?? {} }), ...trial.playbook };
  const equivalent = async () => [];
  const kind: StepKind = {
    ...{ name: 'act', description: 'does what the test says', shape: {}, effects: 'none' as const },
    ...(probe ? { probe } : {}),
    ...trial.kind,
    run: async (config, context) => act(context, config),
    equivalent,
  };
  // Of the same behaviour, and it changes nothing.
  const look: StepKind = { name: 'look', description: 'looks', shape: {}, effects: 'none', run: kind.run, equivalent };
  const publish = (event: RunEvent) => {
    events.push(event);
    trial.onEvent?.(event, execution);
  };
  const sink = createRunSink(paths, publish, undefined, {
    ...(trial.open ? { open: trial.open } : {}),
    onBroken: () => execution.control.stop(),
  });
  const execution: Execution = {
    playbook,
    inputs: trial.inputs ?? {},
    stepKinds: [kind, look, playbookStep, parallelStep as StepKind, foreachStep as StepKind],
    manifests: undefined,
    workspace: folder,
    run: { id: 'test', folder },
    connection: { info: { namespace: 'test', sandbox: trial.speed?.sandbox ?? false } } as Connection,
    surroundings: { system: { name: 'test' }, cluster: {} },
    sink,
    questions: createQuestions({
      ...{ sink, assumeYes, interactive },
      asked: earlier.filter(({ type }) => type === 'question').length,
    }),
    secrets: createSensitiveInputs(playbook, trial.secrets ?? {}, sink.masker),
    control: createRunControl(),
    earlier: readEarlier(earlier),
    leftOut: leftOut(flattenPlaybook(playbook), trial),
  };
  const { status, at, why, unanswered } = await execute(execution).finally(() => sink.close());
  return { events, records: readJournal(paths.journal), status, at, why, unanswered, folder };
}

/** `s1 done` for each result, in order. */
export function results({ records }: Pick<Tried, 'records'>): string[] {
  return records.flatMap((record) => (record.type === 'step-result' ? [`${record.step} ${record.status}`] : []));
}
