import type { ZodRawShape } from 'zod';
import type { Connection } from '../cluster/connection.ts';
import type { LoadSample } from '../load/sample.ts';
import type { Finding } from './finding.ts';
import type { Answer, Question } from './runs/question.ts';

/** What expressions see: inputs, steps, system, cluster, and what a step adds locally. */
export type Scope = Record<string, unknown>;

/** A manifest file's text with where it came from, so that faults in it have a file and a line. */
export interface SourceFile {
  path: string;
  text: string;
}

/** What previewing and explaining a step may use; nothing here changes anything. */
export interface PlanContext {
  namespace: string;
  scope: Scope;
  /** Reads a file that the playbook names, by the playbook's folder or the workspace's replacement of the set. */
  readFile(name: string): Promise<SourceFile>;
  /** Name of the playbook's system: what applied objects say they are part of. */
  system: string;
  /** Puts `${{ }}` values into a value of any shape. A string that is one whole expression keeps the value's type. */
  render<T>(value: T, local?: Scope): T;
  /** Evaluates CEL. Throws `Problem`. */
  evaluate(expression: string, local?: Scope): unknown;
}

/** What a running step may use. */
export interface StepContext extends PlanContext {
  connection: Connection;
  /** Aborted when the step must end at once. */
  signal: AbortSignal;
  /** Aborted as well when the run is to stop after its effects: what only waits ends then, and waits again on resuming. */
  waiting: AbortSignal;
  /** Milliseconds that the step may take; `undefined` where it has no ceiling of its own. */
  timeoutMs: number | undefined;
  /** A line of output: masked, logged, shown while the step runs. */
  output(line: string): void;
  /** One short text on what it waits for now; `fraction` is 0 … 1. */
  progress(text: string, fraction?: number): void;
  sample(sample: LoadSample): void;
  /** Asks the person; waits as long as it takes. Recorded with its answer. */
  ask(question: Question): Promise<Answer>;
  /** Value of a sensitive input, or a random one where it says how to generate it; masked everywhere from then on. */
  secret(name: string): string | undefined;
  /** Hides this value in all output from now on. */
  hide(value: string): void;
}

export interface StepResult {
  /** `done` unless said; `skipped` when there was nothing to do; `not-met` when checks or thresholds were not met. */
  status?: 'done' | 'skipped' | 'not-met';
  /** A short sentence: what was done, or why it was skipped. */
  summary?: string;
  outputs?: Record<string, unknown>;
  findings?: Finding[];
  /** What the step's own `outputs` expressions see beside `outputs`; not written down. */
  locals?: Scope;
  /** What there is to know about a result that is not met, shown with it. */
  evidence?: string[];
}

/** What a previewed step would do. */
export interface StepPreview {
  certainty: 'previewed' | 'partly' | 'cannot preview';
  summary: string;
  changes: { object: string; action: 'create' | 'update' | 'unchanged' | 'delete' | 'run' }[];
}

/**
 * One kind of step; each is a file in `steps/`. Its `shape` holds the key that names the kind and the kind's own options
 * beside it; what every step may have (`id`, `title`, `when`, `retry`, …) is added by the schema.
 */
export interface StepKind<Config = Record<string, unknown>> {
  name: string;
  /** One sentence for the docs and for `did you mean`. */
  description: string;
  shape: ZodRawShape;
  /** Acts on nothing, on the cluster, or outside it (then a foreign workspace's step needs consent). */
  effects: 'none' | 'cluster' | 'outside';
  /**
   * Where in the config CEL stands, for the check before anything runs: paths below the step, e.g. `http.expect`. `locals`
   * are names that count there; `localsFrom` is the path of a map whose keys are such names, e.g. `check.collect`.
   */
  expressions?: readonly { path: string; locals?: readonly string[]; localsFrom?: string }[];
  /** Names of the files that the step reads, for the check that they are there. */
  files?(config: Config): readonly string[];
  /** Reads only. Absent: the step cannot be previewed. */
  plan?(config: Config, context: PlanContext & { connection: Connection; signal: AbortSignal }): Promise<StepPreview>;
  /** Is it done already? Asked before a repeated run, and for an intent that has no result. */
  probe?(config: Config, context: StepContext): Promise<{ done: boolean; reason: string }>;
  run(config: Config, context: StepContext): Promise<StepResult>;
  /** The kubectl, curl or shell lines that the step stands for; `$`-lines, no secrets in them. */
  equivalent(config: Config, context: PlanContext): Promise<string[]>;
  undo?(config: Config, context: StepContext): Promise<StepResult>;
}
