import type { AccessFeed } from '../cluster/access/access-feed.ts';
import type { WantedAccess } from '../cluster/access/access-point.ts';
import type { Forwards } from '../cluster/access/forwards.ts';
import type { ClusterChoice, ConnectionInfo } from '../cluster/connection.ts';
import type { AutoscalersSnapshot } from '../cluster/panes/autoscalers-feed.ts';
import type { Feed } from '../cluster/panes/feed.ts';
import type { PodDetails } from '../cluster/panes/pod-details.ts';
import type { PodsFeed } from '../cluster/panes/pods-feed.ts';
import type { Reachability } from '../cluster/probe-context.ts';
import type { ToneLine } from '../cluster/tone-line.ts';
import type { MenuItem } from '../menus/menu.ts';
import type { ChecklistReport } from '../playbooks/checklists/checklist-report.ts';
import type { Tick, Ticks } from '../playbooks/checklists/tick.ts';
import type { DiagnosisReport } from '../playbooks/diagnosis/diagnosis-report.ts';
import type { PreviewedPlan } from '../playbooks/preview/previewed-plan.ts';
import type { QueriesSnapshot } from '../playbooks/queries/queries-snapshot.ts';
import type { PlannedStep, RunEvent } from '../playbooks/runs/events.ts';
import type { Passage } from '../playbooks/runs/gate.ts';
import type { Answer } from '../playbooks/runs/question.ts';
import type { StepPreview } from '../playbooks/step-preview.ts';
import type { SystemQuery } from '../systems/query-schema.ts';
import type { Readings } from '../systems/reading-schema.ts';
import type { FieldValue, FormField } from '../ui/form-state.ts';

/** A system as the screen needs to know it. */
export interface SystemEntry {
  name: string;
  title: string;
  description: string;
  namespace: string;
  source: 'bundled' | 'workspace';
  /** `Deployment/tars-backend` … */
  workloads: readonly string[];
  autoscalers: readonly string[];
  access: readonly WantedAccess[];
  queries: readonly SystemQuery[];
  readings?: Readings | undefined;
  latency?: { target: number; quantile: 'p50' | 'p95' | 'p99' } | undefined;
  /** What the first run of a newcomer is made of, in this order: references of playbooks. */
  first: readonly string[];
}

export interface PlaybookEntry {
  ref: string;
  title: string;
  description?: string | undefined;
  hasInputs: boolean;
  diagnosis?: boolean | undefined;
}

export interface Catalog {
  systems: readonly SystemEntry[];
  /** By system. */
  menus: Readonly<Record<string, { title: string; items: readonly MenuItem[] }>>;
  playbooks: Readonly<Record<string, PlaybookEntry>>;
  /** What is wrong in files, the workspace's above all: the lines of each, `file:line:column: …` first. */
  faults: readonly (readonly string[])[];
}

/** Where a system's manifests come from: the bundled ones or the workspace's. */
export interface ManifestSource {
  id: string;
  title: string;
  description: string;
}

export interface ContextEntry {
  name: string;
  server: string;
  namespace: string;
  current: boolean;
}

export interface RunEntry {
  id: string;
  playbook: string;
  title: string;
  system: string;
  status: 'running' | 'unfinished' | 'done' | 'failed' | 'not-met' | 'stopped';
  startedAt: string;
  /** Undefined while it is going on, and where nothing says when it ended. */
  endedAt?: string | undefined;
  /** What it is at, or how it ended. */
  summary: string;
  cluster: ClusterChoice;
  context: string;
}

export interface PlanRequest {
  playbook: string;
  /** Whose menu it was chosen from: a shared playbook is run for that system. */
  system?: string | undefined;
  inputs: Record<string, FieldValue>;
  manifests: string | undefined;
  cluster: ClusterChoice;
}

/** A playbook whose inputs are asked for. */
export interface FormRequest {
  playbook: string;
  system?: string | undefined;
  /** What is filled in already. */
  presets: Record<string, FieldValue>;
  cluster: ClusterChoice | undefined;
}

/** What a playbook asks for. */
export interface FormEntry {
  fields: FormField[];
  /** What could not be read of the cluster, so that defaults stand in its place. */
  notice?: string | undefined;
}

/** An item of a checklist that is to be ticked; without a note its tick is taken away. */
export interface TickRequest {
  checklist: string;
  item: string;
  note: string | undefined;
  /** The tick that the person saw; `null` for none. */
  seen: Tick | null;
}

/** A plan that was made and not yet run; `token` is what `startRun` needs to run exactly this one. */
export interface PlanEntry {
  title: string;
  description?: string | undefined;
  playbook: string;
  steps: readonly PlannedStep[];
  /** Shown above the steps: cluster, namespace, manifests, inputs (sensitive ones named, never valued). */
  facts: readonly (readonly [string, string])[];
  /** It asks no cluster, whichever is open. */
  withoutCluster?: boolean | undefined;
  token: unknown;
  /** What the person was shown of its steps, by their ids; a run asks where a step would then do something else. */
  accepted?: Readonly<Record<string, StepPreview>> | undefined;
}

/** A cluster that was chosen and is being watched. */
export interface ClusterSession {
  choice: ClusterChoice;
  info: ConnectionInfo;
  pods: PodsFeed;
  autoscalers: Feed<AutoscalersSnapshot>;
  /** One pod in full with its events and its log; asks the cluster until it is closed. */
  podDetails(name: string): Feed<PodDetails>;
  /** How the system is reached; looks and tries until it is closed. */
  access(system: SystemEntry): AccessFeed;
  /** The password of a way in, for whoever asks to see it: kept nowhere. Undefined where there is none. */
  reveal(access: WantedAccess): Promise<string | undefined>;
  /** The figures of the system's queries; asks a Prometheus until it is closed. */
  queries(system: SystemEntry, prometheus: string | undefined): Feed<QueriesSnapshot>;
  /** The figures that the system's own programs tell; undefined where it names none. */
  readings?(system: SystemEntry): Feed<QueriesSnapshot> | undefined;
  /** Port-forwards: they go on whatever is shown, and end with the session. */
  forwards: Forwards;
  /** The context is one that the user's settings call production. */
  production?: boolean;
  requestRate(): number;
  close(): void;
}

export interface ObjectName {
  kind: string;
  name: string;
}

export interface ReplayHandle {
  steer(how: 'pause' | 'faster' | 'slower' | 'step-on'): { speed: number; paused: boolean };
  /** Settled when all of it was shown, or it was ended. */
  shown: Promise<void>;
}

/**
 * Everything that the screen asks of the rest of the program; `cli/console.ts` puts the real ones together, tests a fake.
 * Each may throw a `Problem`, which the screen shows.
 */
export interface Services {
  /** A text in which commands of this program stand as they can be typed here. */
  asTyped(text: string): string;
  catalog(): Promise<Catalog>;
  contexts(): Promise<ContextEntry[]>;
  /** One small request for the version of this one context. */
  probe(context: string, signal: AbortSignal): Promise<Reachability>;
  manifestSources(system: string): Promise<ManifestSource[]>;
  /** Starts the sandbox where none runs. */
  connect(choice: ClusterChoice, system: SystemEntry): Promise<ClusterSession>;
  /** What an object is, how it is and why, and its newest events. */
  details(session: ClusterSession, object: ObjectName, signal: AbortSignal): Promise<ToneLine[]>;
  /** What is there of the system, and what is not as it should be. */
  status(session: ClusterSession, system: SystemEntry, signal: AbortSignal): Promise<ToneLine[]>;
  /** What is wrong with the system, by one of its diagnoses or `all`. Changes nothing. */
  diagnose(session: ClusterSession, system: SystemEntry, wanted: string, signal: AbortSignal): Promise<DiagnosisReport>;
  /** How a checklist stands: its checks are made, its ticks are read. */
  checklist(session: ClusterSession, ref: string, signal: AbortSignal): Promise<ChecklistReport>;
  /** Ticks an item of it; what is ticked then. Throws `GateProblem` where a production context's name is to be typed first. */
  tick(session: ClusterSession, request: TickRequest, passage?: Passage): Promise<Ticks>;
  /** Writes it as Markdown and as JSON; returns where. */
  exportChecklist(report: ChecklistReport): Promise<string>;
  /** The Markdown of a page, `<system>/<name>`. */
  page(ref: string): Promise<string>;
  /** Hands a text to the terminal's clipboard; returns what the person should know of that. */
  copy(text: string): Promise<string>;
  /** Opens a URL where there is a display to show it; returns what was done. */
  openUrl(url: string): Promise<string>;
  /** Reads the cluster where the playbook's inputs stand in it. */
  form(request: FormRequest): Promise<FormEntry>;
  plan(request: PlanRequest): Promise<PlanEntry>;
  /** What the plan would change, told anew each time that more of it is known. Changes nothing. */
  preview(plan: PlanEntry, receive: (preview: PreviewedPlan) => void, signal: AbortSignal): Promise<void>;
  /** Throws `GateProblem` as long as something must be said before it may begin. */
  startRun(plan: PlanEntry, passage?: Passage): Promise<string>;
  runs(): Promise<RunEntry[]>;
  /** Follows a run: all its records so far, then what comes; events in batches, at most four times a second. Ends by the signal. */
  follow(run: string, receive: (events: RunEvent[]) => void, signal: AbortSignal): Promise<void>;
  /** Writes the report of a run; returns where. */
  report(run: string): Promise<string>;
  /** Shows a run again from its records, in its time or as it is steered. Ends by the signal. */
  replay(run: string, receive: (events: RunEvent[]) => void, signal: AbortSignal): Promise<ReplayHandle>;
  answer(run: string, question: string, answer: Answer): Promise<void>;
  stopRun(run: string): Promise<void>;
  /** Throws `GateProblem` like `startRun`. */
  resumeRun(run: string, passage?: Passage): Promise<void>;
  discardRun(run: string): Promise<void>;
}
