import type { ForwardPlace } from '../cluster/access/access-point.ts';
import type { ClusterChoice } from '../cluster/connection.ts';
import type { ChecklistReport } from '../playbooks/checklists/checklist-report.ts';
import type { Passage } from '../playbooks/runs/gate.ts';
import type { Answer } from '../playbooks/runs/question.ts';
import type { FieldValue } from '../ui/form-state.ts';
import type { PlanEntry, TickRequest } from './services.ts';

/** What begins or resumes a run, or changes the cluster by itself: a person may have to say something first. */
export type BeginEffect = Extract<Effect, { type: 'start-run' | 'resume' | 'tick' }>;

/** What a transition asks to be done. */
export type Effect =
  | { type: 'load-manifest-sources'; system: string }
  | { type: 'probe'; context: string }
  | { type: 'stop-probing' }
  | { type: 'connect'; choice: ClusterChoice; system: string }
  | { type: 'disconnect' }
  | { type: 'make-form'; playbook: string; presets: Record<string, FieldValue> }
  | { type: 'make-plan'; playbook: string; inputs: Record<string, FieldValue> }
  | { type: 'stop-preview' }
  | { type: 'start-run'; plan: PlanEntry; passage?: Passage }
  | { type: 'follow'; run: string }
  | { type: 'resume'; run: string; passage?: Passage }
  | { type: 'stop-run'; run: string }
  | { type: 'discard'; run: string }
  | { type: 'answer'; run: string; question: string; answer: Answer }
  | { type: 'load-runs' }
  | { type: 'load-contexts' }
  | { type: 'report'; run: string }
  | { type: 'replay'; run: string }
  | { type: 'steer-replay'; how: 'pause' | 'faster' | 'slower' | 'step-on' }
  | { type: 'load-details'; kind: string; name: string }
  | { type: 'load-status' }
  | { type: 'diagnose'; wanted: string }
  | { type: 'stop-diagnosis' }
  | { type: 'load-page'; page: string }
  | { type: 'check-list'; checklist: string }
  | { type: 'stop-checklist' }
  | ({ type: 'tick'; passage?: Passage } & TickRequest)
  | { type: 'export-checklist'; report: ChecklistReport }
  | { type: 'copy'; what: string; text: string }
  | { type: 'open-url'; url: string }
  | { type: 'toggle-forward'; place: ForwardPlace }
  | { type: 'close-view' }
  | { type: 'suspend' }
  | { type: 'exit' };
