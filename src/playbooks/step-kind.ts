import type { ZodRawShape } from 'zod';
import type { Variables } from '../base/expression-environment.ts';
import type { Connection } from '../cluster/connection.ts';
import type { LoadSample } from '../load/sample.ts';
import type { Finding } from './finding.ts';
import type { ManifestSet } from './manifest-set.ts';
import type { Playbook } from './model.ts';
import type { Answer, Offer, Question } from './runs/question.ts';
import type { StepPreview } from './step-preview.ts';

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
  /** Absolute path of a file or folder that the playbook names, by the same rule. */
  pathOf(name: string): string;
  /** The folder that the console was started in: what `command`, `image` and `file` steps name is found from there. */
  workspace: string;
  /** Name of the playbook's system: what applied objects say they are part of. */
  system: string;
  /** Which step of which playbook it is, `tars/deploy databases`: whose an applied object is. */
  origin?: string | undefined;
  /** Puts `${{ }}` values into a value of any shape. A string that is one whole expression keeps the value's type. */
  render<T>(value: T, local?: Scope): T;
  /** Evaluates CEL. Throws `Problem`. */
  evaluate(expression: string, local?: Scope): unknown;
  /** Other playbooks, for a step that says what they would need. Absent where only one playbook is known. */
  library?: PlaybookLibrary | undefined;
}

/** The playbooks that there are, and what their steps mean. */
export interface PlaybookLibrary {
  stepKinds: readonly StepKind[];
  /** The manifests that stand in for the bundled ones. */
  manifests: ManifestSet | undefined;
  /** The file names that a set of manifests of this system consists of; all that its playbooks name unless said. */
  setMembers?: readonly string[] | undefined;
  /** `tars/deploy` of every playbook. */
  names(): readonly string[];
  /** Reads `<system>/<name>`. Throws `Problem` with every fault in it. */
  load(ref: string): Playbook;
}

/** What previewing a step may use: it reads the cluster, and changes nothing there. */
export interface PreviewContext extends PlanContext {
  connection: Connection;
  /** Aborted when it must end at once. */
  signal: AbortSignal;
  /** Value of a sensitive input that was given; nothing is generated for a preview. */
  secret(name: string): string | undefined;
}

/** What a running step may use. */
export interface StepContext extends PreviewContext {
  /** The run that it is part of. */
  run: { id: string; folder: string };
  /** Itself: its id is unique in the run, `deploy/backend`. */
  step: { id: string };
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
  /** Lets a person do something while the step goes on: true when it is done before the signal ends; false where nobody is there. */
  offer(offer: Offer, signal: AbortSignal): Promise<boolean>;
  /** Value of a sensitive input, or a random one where it says how to generate it; masked everywhere from then on. */
  secret(name: string): string | undefined;
  /** Hides this value in all output from now on. */
  hide(value: string): void;
  /** Makes a value that was typed the secret of that name, as if it had been given with the run. */
  give(name: string, value: string): void;
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

/** A right that a step will use, asked about before anything runs by a SelfSubjectAccessReview for each verb. */
export interface AccessNeed {
  /** `get`, `create`, `patch`, `delete`, … */
  verbs: readonly string[];
  apiVersion: string;
  kind: string;
  /** `scale`, `exec`, `log`, … */
  subresource?: string | undefined;
  /** Without one, the step's own; of no account for what is in no namespace. */
  namespace?: string | undefined;
  name?: string | undefined;
}

/** Whether a step is done already. `unknown`: neither can be told, and a person says what becomes of it. */
export interface StepProbe {
  done: boolean | 'unknown';
  reason: string;
  /** Of a step that is done: what it put out, where that can be told. */
  outputs?: Record<string, unknown>;
}

/** A place in a step's config where CEL stands; see `expressions` of a kind. */
export interface ExpressionPlace {
  path: string;
  locals?: readonly string[];
  localsFrom?: readonly string[];
  items?: { of: string; except: readonly string[] };
  /** What it must come to; true or false unless said. */
  wanted?: 'list' | 'any';
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
  /** Where a step of the kind may act otherwise than the kind: a request that changes something. Ask `effectsOf` of step-effects. */
  effectsOf?(config: Config): 'none' | 'cluster' | 'outside';
  /**
   * It changes nothing outside of the cluster, and yet takes something from this machine or tells something to others there: then a
   * foreign workspace's step needs consent too.
   */
  reaches?(config: Config): boolean;
  /**
   * Where in the config CEL stands as a condition, for the check before anything runs: paths below the step, e.g. `http.expect`. `locals`
   * are names that count there; `localsFrom` are paths of maps whose keys are such names, e.g. `check.collect` (of the map in which
   * the expression itself stands, the keys before it). `items` is the path of maps in which `each` is a list whose item counts there
   * too, by the name in `as`, but for the keys in `except`.
   */
  expressions?: readonly ExpressionPlace[];
  /** Names and CEL types of its outputs, so that a later step's use of one that is not there is found before anything runs. */
  outputs?: Variables;
  /** Whether a step asks a cluster; absent: it does. What does not may stand in a playbook that says `cluster: none`. */
  needsCluster?(config: Config): boolean;
  /** Holds steps of its own below `steps` of its definition (`parallel`, `foreach`); the runner runs them. */
  holds?: 'steps';
  /** What it gives lives in the run's own process alone: on resuming it is run again, though it has a result. */
  volatile?(config: Config): boolean;
  /** Names of the files that the step reads, for the check that they are there. */
  files?(config: Config): readonly string[];
  /**
   * Names of further files and whole folders that decide what the step does, by the playbook's folder: a resumed run says where
   * they have changed. One that is not there may be found elsewhere when the step runs.
   */
  reads?(config: Config, pathOf: (name: string) => string): readonly string[];
  /** Reads only. Absent: the step cannot be previewed. */
  plan?(config: Config, context: PreviewContext): Promise<StepPreview>;
  /** The rights that it will use. Absent: none. */
  access?(config: Config, context: PreviewContext): Promise<readonly AccessNeed[]>;
  /** What it reads and does without where that is not allowed: it says so itself, and nobody is kept from running it. */
  wouldRead?(config: Config, context: PreviewContext): readonly AccessNeed[];
  /**
   * Is it done already? Asked for an intent that has no result. Absent: a step that acts outside the cluster is asked about,
   * every other is run again, for it may be repeated. `before` is what was written down with the intent.
   */
  probe?(config: Config, context: StepContext, before?: unknown): Promise<StepProbe>;
  /** What `undo` will need to know of how it was before: JSON without secrets, written down with the intent. */
  before?(config: Config, context: StepContext): Promise<unknown>;
  run(config: Config, context: StepContext): Promise<StepResult>;
  /** The kubectl, curl or shell lines that the step stands for; `$`-lines, no secrets in them. */
  equivalent(config: Config, context: PlanContext): Promise<string[]>;
  /** What `undo` would change. */
  planUndo?(config: Config, context: PreviewContext, before: unknown): Promise<StepPreview>;
  /** Takes back what `run` did, as far as that can be done. Safe to be repeated, and after a `run` that was cut short. */
  undo?(config: Config, context: StepContext, before: unknown): Promise<StepResult>;
}
