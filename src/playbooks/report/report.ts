import type { LoadResult, LoadSample } from '../../load/sample.ts';
import type { Finding } from '../finding.ts';
import type { Question } from '../runs/question.ts';
import type { RunStatusNow } from '../runs/state.ts';
import type { StepPreview } from '../step-preview.ts';

/** What a run was, for people and programs: `report <run> --format json` prints it as it stands here; docs/events.md explains it. */
export interface Report {
  /** Of this shape. Fields are added without a new one. */
  version: 1;
  run: { id: string; playbook: string; system: string; title: string; programVersion: string; hash: string };
  outcome: {
    status: RunStatusNow;
    summary: string;
    /** ISO 8601, UTC. */
    startedAt: string;
    endedAt: string | undefined;
    /** From its beginning to its end or its newest record, pauses between included. */
    ms: number;
    exitCode: number | undefined;
    next: readonly string[];
  };
  cluster: {
    context: string;
    server: string;
    namespace: string;
    /** A rehearsal: its pods were stand-ins. */
    sandbox: boolean;
    production: boolean;
  };
  manifests: string;
  /** Sensitive ones are named in `sensitiveInputs` and valued nowhere. */
  inputs: Record<string, unknown>;
  sensitiveInputs: readonly string[];
  counts: Record<StepStatusNow, number>;
  steps: readonly ReportStep[];
  questions: readonly ReportQuestion[];
  loads: readonly ReportLoad[];
  /** Everything else that happened to the run: resumed, asked to stop, a lock lost. */
  incidents: readonly { at: string; text: string }[];
  /** What is wrong with the records themselves. */
  faults: readonly string[];
}

export type StepStatusNow = 'done' | 'skipped' | 'failed' | 'not-met' | 'undone' | 'running' | 'pending';

export interface ReportStep {
  id: string;
  title: string;
  description: string | undefined;
  kind: string;
  depth: number;
  /** Holds others and does nothing itself. */
  group: boolean;
  status: StepStatusNow;
  startedAt: string | undefined;
  ms: number | undefined;
  attempts: number;
  /** What was done, or why it was not. */
  summary: string;
  preview: StepPreview | undefined;
  findings: readonly Finding[];
  problem:
    | { message: string; where: string | undefined; next: readonly string[]; evidence: readonly string[] }
    | undefined;
  equivalent: readonly string[];
}

export interface ReportQuestion {
  at: string;
  step: string;
  question: Question;
  /** Undefined: nobody answered. */
  answer: string | undefined;
  by: string | undefined;
}

export interface ReportLoad {
  step: string;
  title: string;
  /** Undefined when it did not come to its end. */
  result: LoadResult | undefined;
  samples: readonly LoadSample[];
}
