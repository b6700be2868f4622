import type { LoadSample } from '../../load/sample.ts';
import type { Finding } from '../finding.ts';
import type { StepPreview } from '../step-preview.ts';
import type { Answer, Question } from './question.ts';

/** Version of the records; a reader takes every version up to its own. */
export const recordVersion = 2;

/** A step as the plan holds it. Steps of a called playbook stand behind it, one level deeper. */
export interface PlannedStep {
  /** Unique in the run; a called playbook's steps carry its id in front: `deploy/backend`. */
  id: string;
  title: string;
  description?: string;
  kind: string;
  depth: number;
  /** True for a step that only holds others: `playbook`, `parallel`, `foreach`. */
  group: boolean;
  equivalent: string[];
}

export interface RunHeader {
  id: string;
  playbook: string;
  system: string;
  title: string;
  cluster: {
    context: string;
    server: string;
    namespace: string;
    sandbox: boolean;
    /** It goes without a cluster. */
    none?: boolean | undefined;
    kubeconfig?: string | undefined;
  };
  /** Sensitive inputs are named, never valued. */
  inputs: Record<string, unknown>;
  sensitiveInputs: string[];
  steps: PlannedStep[];
  /** SHA-256 over playbook, manifests and inputs. */
  hash: string;
  /** SHA-256 of each file that decides what it does, by the name that people know it by. */
  files?: Record<string, string>;
  /** Which manifests: the bundled ones or the workspace's folder. */
  manifests: string;
  assumeYes: boolean;
  /** The context is one that the configuration calls production. */
  production?: boolean;
  programVersion: string;
  startedAt: string;
}

/** A durable fact about a run: one line of `journal.ndjson`. */
export type RunRecord = { v: number; seq: number; at: string } & (
  | { type: 'run-started'; run: RunHeader; pid: number }
  /** `run`: what it is made of from now on, where a change was accepted. */
  | { type: 'run-resumed'; pid: number; notes: string[]; run?: RunHeader }
  /** Steps that only the run knows of: of a `foreach`, a rescue, an undo. They stand behind `after` and what is below it. */
  | { type: 'steps-added'; after: string; steps: PlannedStep[]; items?: unknown[] }
  /** What the step would do, looked at once more just before its intent. */
  | { type: 'step-preview'; step: string; preview: StepPreview }
  /** `before`: what undoing it needs to know. `found`: what became of an attempt that was cut short, as far as it was seen. */
  | { type: 'step-intent'; step: string; attempt: number; before?: unknown; found?: string }
  | {
      type: 'step-result';
      step: string;
      status: StepStatus;
      summary?: string;
      ms: number;
      outputs?: Record<string, unknown>;
      findings?: Finding[];
      problem?: StepProblem;
    }
  /** `rest`: what is taken back after it, in this order. */
  | { type: 'undo-intent'; step: string; rest?: string[] }
  | {
      type: 'undo-result';
      step: string;
      status: 'done' | 'failed';
      summary?: string;
      ms: number;
      problem?: StepProblem;
    }
  /** Whether other runs are kept from this system meanwhile, and if not, why. */
  | { type: 'lock'; state: 'held' | 'unguarded' | 'lost' | 'released'; note?: string }
  | { type: 'question'; id: string; step: string; question: Question }
  | { type: 'answer'; id: string; answer: Answer; by: string }
  | { type: 'stop-requested'; by: string }
  | { type: 'run-ended'; status: RunStatus; exitCode: number; summary: string; next?: string[] }
);

export type StepStatus = 'done' | 'skipped' | 'failed' | 'not-met';
export type RunStatus = 'done' | 'failed' | 'not-met' | 'stopped';

export interface StepProblem {
  message: string;
  where?: string;
  next?: string[];
  /** Events, last log lines, code frames. */
  evidence?: string[];
}

/** What is nice to know while it happens; may be lost, never decides anything. */
export type RunSignal =
  | { type: 'output'; at: string; step: string; line: string }
  | { type: 'progress'; at: string; step: string; text: string; fraction?: number }
  | { type: 'sample'; at: string; step: string; sample: LoadSample }
  /** Nothing has happened in a step for its `idle-timeout`. It goes on. */
  | { type: 'alarm'; at: string; step: string; text: string }
  /** The run's process is gone, or about to go, and no record says how it ended; `reason` where that process could say one. */
  | { type: 'interrupted'; at: string; reason?: string };

/** What screen, line printer, second terminal and replay all read. */
export type RunEvent = RunRecord | RunSignal;
