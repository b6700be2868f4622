import type { ClusterChoice } from '../cluster/connection.ts';
import type { Reachability } from '../cluster/probe-context.ts';
import type { ToneLine } from '../cluster/tone-line.ts';
import type { ItemState } from '../playbooks/checklists/checklist-report.ts';
import type { PreviewedPlan } from '../playbooks/preview/previewed-plan.ts';
import type { Gate } from '../playbooks/runs/gate.ts';
import type { Tone } from '../ui/banner.ts';
import type { ProblemText } from '../ui/problem-lines.ts';
import type { TextState } from '../ui/text-state.ts';
import type { AttachedRun } from './attached-run.ts';
import type { ChecklistScreen } from './checklist-screen.ts';
import type { DiagnosisScreen, Fixing } from './diagnosis-screen.ts';
import type { BeginEffect, Effect } from './effect.ts';
import type { FormScreen } from './form-screen.ts';
import type { PaneName } from './layout.ts';
import type {
  Catalog,
  ClusterSession,
  ContextEntry,
  ManifestSource,
  PlanEntry,
  RunEntry,
  SystemEntry,
} from './services.ts';

/** What fills the screen. One union: there are no flags beside it. */
export type Screen =
  | { type: 'loading' }
  | { type: 'welcome'; step: WelcomeStep; index: number }
  /** Choose a cluster, or a run that goes on or is unfinished. */
  | { type: 'clusters'; index: number }
  | { type: 'systems'; index: number }
  /** Menu, run and panes; which of them has the focus says `AppState.focus`. */
  | { type: 'dashboard' }
  | FormScreen
  | {
      type: 'plan';
      playbook: string;
      title: string;
      plan: PlanEntry | undefined;
      index: number;
      yes: boolean;
      /** What it would change, as far as that is known. */
      previewed?: PreviewedPlan | undefined;
      /** The chosen step is shown alone, scrolled by so many lines. */
      open?: number | undefined;
    }
  | { type: 'status'; scroll: number }
  /** How the system is reached: one way in at a time; `asked` counts how often one looked again, `reveal` how often the password was asked for. */
  | { type: 'access'; point: number; asked: number; reveal: number; scroll: number }
  /** The figures of a Prometheus, or those that the system's own programs tell. */
  | { type: 'queries'; asked: number; scroll: number; readings?: boolean }
  | DiagnosisScreen
  | ChecklistScreen
  /** A page of the system; its text is Markdown, undefined while it is read. */
  | { type: 'page'; page: string; title: string; text: string | undefined; scroll: number }
  /** A pod or an autoscaler by its name. */
  | { type: 'details'; kind: string; name: string; scroll: number }
  | { type: 'logs'; pod: string; scroll: number | 'end' }
  /** One step of the run: what it does, its equivalent commands, its output, what it found. */
  | { type: 'step'; index: number; scroll: number }
  | { type: 'runs'; index: number }
  /** What is wrong in playbooks, menus and systems. */
  | { type: 'faults'; scroll: number }
  | { type: 'help'; scroll: number };

/** Lists that can be narrowed by what is typed. */
export type FilteredPane = 'menu' | 'pods' | 'runs';

export type WelcomeStep = 'system' | 'cluster' | 'manifests';
export const welcomeSteps: readonly WelcomeStep[] = ['system', 'cluster', 'manifests'];

/** What lies over the screen and takes the keys. */
export type Overlay =
  | { type: 'command'; text: TextState; choice: number }
  | { type: 'filter'; pane: FilteredPane; text: TextState }
  | { type: 'leave'; index: number }
  | { type: 'stop'; index: number }
  | { type: 'discard'; run: string; index: number }
  | { type: 'problem'; problem: ProblemText }
  /** Something that was done and is to be read, e.g. where a file was written. */
  | { type: 'told'; title: string; text: string }
  /** Before a run begins something is to be chosen or typed. */
  | { type: 'gate'; gate: Gate; begin: BeginEffect; index: number; text: TextState; scroll: number }
  /** An item of a checklist is ticked with a note, or unticked where it is ticked. */
  | { type: 'note'; item: ItemState; text: TextState }
  /** The run asks; `index` is the choice, `text` what was typed, `sent` when the answer is on its way. */
  | { type: 'question'; id: string; index: number; text: TextState; sent: boolean };

export interface AppState {
  catalog: Catalog;
  contexts: readonly ContextEntry[];
  reachability: Readonly<Record<string, Reachability | 'asking'>>;
  manifestSources: readonly ManifestSource[];
  runs: readonly RunEntry[];

  screen: Screen;
  /** Where esc leads, newest last. */
  back: readonly Screen[];
  overlay: Overlay | undefined;
  focus: PaneName;
  /** Which pane of each side counts where there is room for one. */
  left: 'menu' | 'run';
  right: 'pods' | 'autoscalers' | 'latency';

  system: string | undefined;
  choice: ClusterChoice | undefined;
  manifests: string | undefined;
  session: ClusterSession | undefined;
  /** What is being waited for, e.g. `Starting the sandbox`. */
  busy: string | undefined;

  menu: { path: readonly number[]; index: number };
  filters: Record<FilteredPane, string>;
  /** Name of the pod that is pointed at. */
  pod: string | undefined;
  run: AttachedRun | undefined;
  /** What a screen that is only read shows; undefined while it is on its way. */
  view: readonly ToneLine[] | undefined;
  /** Where the Prometheus is that is asked, where somebody said so: a URL or `namespace/service:port`. */
  prometheus: string | undefined;
  /** A repair on its way; behind its run the diagnosis is made again. */
  fixing: Fixing | undefined;
  /** The newcomer's way: playbooks still to come, the first one next. */
  guide: readonly string[];
  /** Goes away with the next key. */
  notice: { tone: Tone; text: string } | undefined;
  readOnly: boolean;
  /** A run that is shown first, whatever else there is. */
  startWith: string | undefined;
  leaving: boolean;
}

export interface Update {
  state: AppState;
  effects: readonly Effect[];
}

export function update(state: AppState, ...effects: Effect[]): Update {
  return { state, effects };
}

const emptyCatalog: Catalog = { systems: [], menus: {}, playbooks: {}, faults: [] };

export function initialState(given: Partial<AppState> = {}): AppState {
  return {
    catalog: emptyCatalog,
    contexts: [],
    reachability: {},
    manifestSources: [],
    runs: [],
    screen: { type: 'loading' },
    back: [],
    overlay: undefined,
    focus: 'menu',
    left: 'menu',
    right: 'pods',
    system: undefined,
    choice: undefined,
    manifests: undefined,
    session: undefined,
    busy: undefined,
    menu: { path: [], index: 0 },
    filters: { menu: '', pods: '', runs: '' },
    pod: undefined,
    run: undefined,
    view: undefined,
    prometheus: undefined,
    fixing: undefined,
    guide: [],
    notice: undefined,
    readOnly: false,
    startWith: undefined,
    leaving: false,
    ...given,
  };
}

export function systemOf(state: AppState): SystemEntry | undefined {
  return state.catalog.systems.find(({ name }) => name === state.system);
}

/** Whether a run is going on: started, and not ended as far as its events say. */
export function runIsOn(state: AppState): boolean {
  const run = state.run?.replayed ? undefined : state.run?.state;
  return run !== undefined && (run.status === 'running' || run.status === 'waiting');
}

/** Opens a screen from which esc leads back to this one. */
export function open(state: AppState, screen: Screen): AppState {
  return { ...state, back: [...state.back, state.screen], screen, view: undefined };
}

/** Replaces the screen; esc leads where it led before. */
export function replace(state: AppState, screen: Screen): AppState {
  return { ...state, screen };
}

export function goBack(state: AppState): AppState {
  const previous = state.back.at(-1);
  return previous ? { ...state, screen: previous, back: state.back.slice(0, -1) } : state;
}

/** The dashboard with the focus on a pane; nothing lies behind it. */
export function toDashboard(state: AppState, focus: PaneName): AppState {
  return focusOn({ ...state, screen: { type: 'dashboard' }, back: [] }, focus);
}

/** Whether a pane stands at the right, beside menu and run. */
export function isRight(pane: PaneName): boolean {
  return pane !== 'menu' && pane !== 'run';
}

export function focusOn(state: AppState, focus: PaneName): AppState {
  if (focus === 'menu' || focus === 'run') return { ...state, focus, left: focus };
  return { ...state, focus, right: focus };
}
