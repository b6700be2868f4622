import { moveIndex } from '../ui/select-state.ts';
import { attach } from './attached-run.ts';
import { type ClusterRow, clusterRows, newCluster, type WelcomeRow, welcomeRows } from './choices.ts';
import type { ActionName } from './key-binding.ts';
import { isMove } from './moves.ts';
import {
  type AppState,
  goBack,
  open,
  type Screen,
  systemOf,
  toDashboard,
  type Update,
  update,
  welcomeSteps,
} from './state.ts';

type Welcome = Extract<Screen, { type: 'welcome' }>;

/** The welcome's three questions. Enter answers one, esc goes back to the one before. */
export function actWelcome(state: AppState, screen: Welcome, action: ActionName): Update {
  const rows = welcomeRows(state, screen.step);
  if (isMove(action)) {
    const index = moveIndex(screen.index, action, rows.length);
    return pointAt({ ...state, screen: { ...screen, index } }, rows[index]);
  }
  if (action === 'back') return welcomeBack(state, screen);
  const row = rows[screen.index];
  if (action !== 'enter' || !row) return update(state);
  switch (row.type) {
    case 'system':
      return update(toWelcome({ ...state, system: row.system.name }, 'cluster'), {
        type: 'load-manifest-sources',
        system: row.system.name,
      });
    case 'manifests':
      return connect({ ...state, manifests: row.source.id, guide: systemOf(state)?.first ?? [] });
    case 'sandbox':
    case 'context':
      return update(toWelcome({ ...state, choice: choiceOf(row) }, 'manifests'), { type: 'stop-probing' });
    case 'new-cluster':
      return toNewCluster(state);
    case 'run':
      return update(state);
  }
}

/** Without any cluster to the form of the playbook that makes one. */
function toNewCluster(state: AppState): Update {
  const system = newCluster.split('/')[0];
  return connect({ ...state, system, choice: { sandbox: false, none: true }, guide: [newCluster] });
}

/** Back from where there was no cluster: the contexts anew, the current one at hand. */
export function toContexts(state: AppState): Update {
  const next: AppState = { ...state, system: undefined, choice: undefined };
  const current = clusterRows(next).findIndex((row) => row.type === 'context' && row.context.current);
  const index = Math.max(0, current);
  return pointAt({ ...next, back: [], screen: { type: 'clusters', index } }, clusterRows(next)[index]);
}

function welcomeBack(state: AppState, screen: Welcome): Update {
  const before = welcomeSteps[welcomeSteps.indexOf(screen.step) - 1];
  if (before) return pointAt(toWelcome(state, before), welcomeRows(state, before)[0]);
  return update({
    ...state,
    notice: { tone: 'info', text: 'This is the first question; q leaves, and you can come back at any time' },
  });
}

/** A question of the welcome, with the pointer on what was chosen before. */
export function toWelcome(state: AppState, step: Welcome['step']): AppState {
  const rows = welcomeRows(state, step);
  const chosen = rows.findIndex(
    (row) =>
      (row.type === 'system' && row.system.name === state.system) ||
      (row.type === 'sandbox' && state.choice?.sandbox) ||
      (row.type === 'context' && row.context.name === state.choice?.context) ||
      (row.type === 'manifests' && row.source.id === state.manifests),
  );
  return { ...state, screen: { type: 'welcome', step, index: Math.max(0, chosen) } };
}

/** The screen of clusters and waiting runs. */
export function actClusters(
  state: AppState,
  screen: Extract<Screen, { type: 'clusters' }>,
  action: ActionName,
): Update {
  const rows = clusterRows(state);
  const row = rows[screen.index];
  if (isMove(action)) {
    const index = moveIndex(screen.index, action, rows.length);
    return pointAt({ ...state, screen: { ...screen, index } }, rows[index]);
  }
  if (action === 'back') return update(goBack(state), { type: 'stop-probing' });
  if (!row) return update(state);
  if (row.type === 'run') return actWaitingRun(state, row, action);
  if (row.type === 'new-cluster' && action === 'enter') return toNewCluster(state);
  if (action !== 'enter')
    return update({ ...state, notice: { tone: 'info', text: 'This row is a cluster, not a run' } });
  const chosen = { ...state, choice: choiceOf(row) };
  const only = state.catalog.systems.length === 1 ? state.catalog.systems[0] : systemOf(state);
  if (only) return connect({ ...chosen, system: only.name });
  return update(open(chosen, { type: 'systems', index: 0 }), { type: 'stop-probing' });
}

function actWaitingRun(state: AppState, { run }: Extract<ClusterRow, { type: 'run' }>, action: ActionName): Update {
  if (action === 'discard') return update({ ...state, overlay: { type: 'discard', run: run.id, index: 1 } });
  if (action === 'resume') return watchRun(state, run, true);
  return action === 'enter' ? watchRun(state, run, false) : update(state);
}

/** Shows a run on its own cluster; with `resume` it goes on from where it stopped. */
export function watchRun(state: AppState, run: AppState['runs'][number], resume: boolean): Update {
  const open = state.session?.choice;
  // Two sandboxes have contexts of one name.
  const same =
    open?.context === run.cluster.context && open?.kubeconfig === run.cluster.kubeconfig && state.system === run.system;
  const next = toDashboard(
    {
      ...state,
      system: run.system,
      choice: run.cluster,
      run: attach(run.id),
    },
    'run',
  );
  const connecting = same ? [] : ([{ type: 'connect', choice: run.cluster, system: run.system }] as const);
  return update(next, { type: 'stop-probing' }, { type: resume ? 'resume' : 'follow', run: run.id }, ...connecting);
}

export function actSystems(state: AppState, screen: Extract<Screen, { type: 'systems' }>, action: ActionName): Update {
  const { systems } = state.catalog;
  if (isMove(action))
    return update({ ...state, screen: { ...screen, index: moveIndex(screen.index, action, systems.length) } });
  if (action === 'back') return update(goBack(state));
  const chosen = systems[screen.index];
  return action === 'enter' && chosen ? connect({ ...state, system: chosen.name }) : update(state);
}

function connect(state: AppState): Update {
  const { choice, system } = state;
  if (!choice || !system) return update(state);
  const busy = choice.sandbox
    ? 'Starting the sandbox'
    : choice.none
      ? 'Opening it without a cluster'
      : `Connecting to ${choice.context ?? 'the cluster'}`;
  return update({ ...state, busy }, { type: 'stop-probing' }, { type: 'connect', choice, system });
}

/** The context that is pointed at is asked for its version, no other one. */
export function pointAt(state: AppState, row: WelcomeRow | undefined): Update {
  if (row?.type !== 'context') return update(state, { type: 'stop-probing' });
  const { name } = row.context;
  const known = state.reachability[name];
  // One that could not be used is asked again: a tunnel may have come up since.
  return known && known !== 'asking' && known.reachable
    ? update(state, { type: 'stop-probing' })
    : update(state, { type: 'probe', context: name });
}

function choiceOf(row: ClusterRow): AppState['choice'] {
  return row.type === 'context' ? { sandbox: false, context: row.context.name } : { sandbox: true };
}
