import type { Diagnostic } from '../yaml/diagnostic.ts';
import type { InputChoices, InputFrom } from './input-sources.ts';

/** An input that a playbook asks for. */
export interface InputDefinition {
  description: string;
  /** `list`: any number of its options. */
  type: 'string' | 'number' | 'boolean' | 'list';
  default?: string | number | boolean | string[];
  /** Never in `--set`, on disk, on the screen. */
  sensitive?: boolean;
  /** Made from a secure random source when nothing is given and none exists. */
  generate?: { bytes: number; encoding: 'base64' | 'base64url' | 'hex' };
  /** A regular expression that a string must match as a whole, and the sentence that says so in words. */
  pattern?: string;
  hint?: string;
  /** What kind of text it is, checked beyond its pattern. */
  format?: 'email';
  options?: (string | number)[];
  minimum?: number;
  maximum?: number;
  /** Of a number: a whole one. */
  integer?: boolean;
  /** May be left empty. */
  optional?: boolean;
  /** CEL over `inputs`: only asked for when true, e.g. a custom load's rate. */
  when?: string;
  /** Where its value stands in the cluster now. */
  from?: InputFrom;
  /** Objects of the cluster that are its values. */
  choices?: InputChoices;
  /** The choices as they were read; undefined where nobody read them. */
  offered?: InputChoice[];
}

/** One value that the cluster offers for an input. */
export interface InputChoice {
  value: string | number;
  /** As people are shown it. */
  label: string;
}

/** What every step may have beside its kind. */
export interface StepDefinition {
  id: string;
  title: string;
  description?: string;
  kind: string;
  /** The kind's key and options, as validated by its shape. */
  config: Record<string, unknown>;
  when?: string;
  /**
   * Without it the step begins when all steps above it have ended. With it, it begins as soon as these are done, beside
   * others; an empty list begins at once.
   */
  needs?: string[];
  timeoutMs?: number;
  idleTimeoutMs?: number;
  /** Waits `everyMs` after the first try; `backOff` multiplies that each time, up to `atMostMs`. */
  retry?: { forMs?: number; everyMs?: number; times?: number; backOff?: number; atMostMs?: number };
  /** Steps of its own, of a kind that holds some. */
  steps?: StepDefinition[];
  /**
   * What becomes of the run when the step fails. `undo` takes back what this step did, `undo-all` what the whole run did,
   * newest first; both are previewed and asked about. `rescue` runs the steps below: when they are done, the run goes on.
   */
  onFailure?: 'stop' | 'continue' | 'undo' | 'undo-all' | 'rescue';
  rescue?: StepDefinition[];
  /** Runs even after a failure: what tidies up, or gathers evidence. */
  always?: boolean;
  /** How it is taken back: by its kind, never, or by steps of its own. */
  undo?: 'automatic' | 'never' | 'steps';
  undoSteps?: StepDefinition[];
  /** What becomes of the step on the sandbox: it runs as everywhere, or it is skipped and says so. */
  rehearse?: 'run' | 'skip';
  outputs?: Record<string, string>;
  /** Where it stands in its file, for errors while it runs. */
  line: number;
}

/** A playbook that was read, validated and has its called playbooks in it. */
export interface Playbook {
  /** `<system>/<name>`. */
  ref: string;
  system: string;
  name: string;
  title: string;
  description?: string;
  /** The folder its files are named from. */
  folder: string;
  file: string;
  source: 'bundled' | 'workspace';
  inputs: Record<string, InputDefinition>;
  /** It asks no cluster, and runs without one; on the sandbox it is rehearsed. */
  cluster?: 'none';
  steps: StepDefinition[];
  /** How many of its steps run at the same time at most. */
  atOnce?: number;
  /** Playbooks that its `playbook` steps call, by step id. */
  calls: Record<string, Playbook>;
  /** What to do next, shown at a good end. */
  next?: string[];
  /** It only looks, asks nobody, and stands among the diagnoses of its system. */
  diagnosis?: boolean;
}

export interface LoadOutcome<T> {
  value: T | undefined;
  diagnostics: Diagnostic[];
}
