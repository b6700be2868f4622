import type { InputDefinition } from '../model.ts';

/** A playbook as the commands that one would type. */
export interface Exported {
  ref: string;
  title: string;
  description: string | undefined;
  namespace: string;
  programVersion: string;
  inputs: readonly ExportedInput[];
  steps: readonly ExportedStep[];
  next: readonly string[];
}

export interface ExportedInput {
  name: string;
  /** Of the script: `INPUT_STORAGE_CLASS`. */
  variable: string;
  definition: InputDefinition;
  /** What it is unless the environment says something else; undefined: it must be given, generated or typed. */
  initial: string | undefined;
}

export interface ExportedStep {
  id: string;
  title: string;
  description: string | undefined;
  kind: string;
  depth: number;
  /** Holds others. */
  group: boolean;
  /** Conditions, its own and of what it stands in: the CEL, and the test where a shell can say it. */
  when: readonly { cel: string; test: string | undefined }[];
  /** Lines of shell. */
  lines: readonly string[];
  /** What the reader must know: what a shell cannot say. */
  notes: readonly string[];
  /** Why only a person can do it; `lines` are then a hint. */
  byHand: string | undefined;
  /** It is tried again for so long. */
  retry: { forSeconds: number; everySeconds: number } | undefined;
  /** The script goes on when it fails. */
  optional: boolean;
}
