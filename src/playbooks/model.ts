import type { Diagnostic } from '../yaml/diagnostic.ts';

/** An input that a playbook asks for. */
export interface InputDefinition {
  description: string;
  type: 'string' | 'number' | 'boolean';
  default?: string | number | boolean;
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
  /** May be left empty. */
  optional?: boolean;
  /** CEL over `inputs`: only asked for when true, e.g. a custom load's rate. */
  when?: string;
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
  needs?: string[];
  timeoutMs?: number;
  idleTimeoutMs?: number;
  retry?: { forMs?: number; everyMs?: number; times?: number };
  onFailure?: 'stop' | 'continue';
  /** Runs even after a failure: what tidies up, or gathers evidence. */
  always?: boolean;
  /** `never`: what the step did stays when a run is undone. */
  undo?: 'automatic' | 'never';
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
  steps: StepDefinition[];
  /** Playbooks that its `playbook` steps call, by step id. */
  calls: Record<string, Playbook>;
  /** What to do next, shown at a good end. */
  next?: string[];
}

export interface LoadOutcome<T> {
  value: T | undefined;
  diagnostics: Diagnostic[];
}
