import type { MenuItem } from '../menus/menu.ts';
import type { ContextEntry, ManifestSource, RunEntry, SystemEntry } from './services.ts';
import type { AppState, WelcomeStep } from './state.ts';

/** A row of the screens on which a cluster, or a run that waits, is chosen. */
export type ClusterRow =
  | { type: 'run'; run: RunEntry }
  | { type: 'sandbox' }
  | { type: 'context'; context: ContextEntry }
  /** A cluster that is not there yet. */
  | { type: 'new-cluster' };

/** A run that failed or was stopped can be taken up again as well as one whose process is gone. */
const waits: ReadonlySet<RunEntry['status']> = new Set(['running', 'unfinished', 'stopped', 'failed']);

/** How a run stands, in words. */
export const stateWords: Readonly<Record<RunEntry['status'], string>> = {
  running: 'going on',
  unfinished: 'unfinished',
  done: 'done',
  failed: 'failed',
  'not-met': 'not met',
  stopped: 'stopped',
};

/** Runs that go on or are unfinished, the sandbox, then the kubeconfig's contexts. */
export function clusterRows(state: AppState): ClusterRow[] {
  const waiting = state.runs.filter(({ status }) => waits.has(status));
  return [...waiting.map((run): ClusterRow => ({ type: 'run', run })), ...targetRows(state)];
}

/** Makes a cluster on this machine; whoever has none begins with it. */
export const newCluster = 'cluster/local-cluster';

/** The sandbox, the contexts, and the way to a cluster of one's own; without the runs. */
function targetRows(state: AppState): ClusterRow[] {
  const { contexts, catalog } = state;
  const known = contexts.map((context): ClusterRow => ({ type: 'context', context }));
  const canBeMade =
    catalog.playbooks[newCluster] && catalog.systems.some(({ name }) => newCluster.startsWith(`${name}/`));
  return [{ type: 'sandbox' }, ...known, ...(canBeMade ? [{ type: 'new-cluster' } as const] : [])];
}

/** The runs of the history that fit its filter: every word of it is in the id, the title, the system, the cluster or the state. */
export function shownRuns(state: AppState): readonly RunEntry[] {
  const words = state.filters.runs.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return state.runs;
  return state.runs.filter((run) => {
    const text = [run.id, run.title, run.playbook, run.context, stateWords[run.status]].join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** The run that is pointed at, on the screens that list runs. */
export function chosenRun(state: AppState): RunEntry | undefined {
  const { screen } = state;
  if (screen.type === 'dashboard') return state.runs.find(({ id }) => id === state.run?.id);
  if (screen.type === 'runs') return shownRuns(state)[screen.index];
  const row = screen.type === 'clusters' ? clusterRows(state)[screen.index] : undefined;
  return row?.type === 'run' ? row.run : undefined;
}

/** Whether a run stopped before its end, so that it can go on. */
export function isResumable({ status }: RunEntry): boolean {
  return status === 'unfinished' || status === 'stopped' || status === 'failed';
}

export type WelcomeRow =
  | ClusterRow
  | { type: 'system'; system: SystemEntry }
  | { type: 'manifests'; source: ManifestSource };

/** What one of the three questions offers. */
export function welcomeRows(state: AppState, step: WelcomeStep): WelcomeRow[] {
  if (step === 'cluster') return targetRows(state);
  if (step === 'system') return state.catalog.systems.map((system): WelcomeRow => ({ type: 'system', system }));
  return state.manifestSources.map((source): WelcomeRow => ({ type: 'manifests', source }));
}

/** The menu's items at the level that is open, by the filter. */
export function menuItems(state: AppState): MenuItem[] {
  let items: readonly MenuItem[] = state.system ? (state.catalog.menus[state.system]?.items ?? []) : [];
  for (const index of state.menu.path) {
    const node = items[index];
    items = node?.kind === 'menu' ? node.items : [];
  }
  const wanted = state.filters.menu.toLowerCase();
  return items.filter(({ title }) => title.toLowerCase().includes(wanted));
}

/** The title of the menu's open level. */
export function menuTitle(state: AppState): string {
  let title = state.system ? (state.catalog.menus[state.system]?.title ?? state.system) : '';
  let items: readonly MenuItem[] = state.system ? (state.catalog.menus[state.system]?.items ?? []) : [];
  for (const index of state.menu.path) {
    const node = items[index];
    if (node?.kind !== 'menu') return title;
    title = node.title;
    items = node.items;
  }
  return title;
}
