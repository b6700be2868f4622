import { moveIndex } from '../ui/select-state.ts';
import { pointAt, watchRun } from './act-choose.ts';
import { runGoesOn } from './act-menu.ts';
import { attach } from './attached-run.ts';
import { clusterRows, shownRuns } from './choices.ts';
import type { ActionName } from './key-binding.ts';
import { isMove } from './moves.ts';
import { type AppState, goBack, replace, runIsOn, toDashboard, type Update, update } from './state.ts';

/** The history: what was run, newest first. */
export function actRuns(state: AppState, index: number, action: ActionName): Update {
  const runs = shownRuns(state);
  const run = runs[index];
  if (isMove(action)) return update(replace(state, { type: 'runs', index: moveIndex(index, action, runs.length) }));
  if (action === 'back') {
    const filters = { ...state.filters, runs: '' };
    if (state.filters.runs !== '') return update({ ...state, filters, screen: { type: 'runs', index: 0 } });
    return pointAt(goBack(state), rowBehind(state));
  }
  if (!run) return update(state);
  switch (action) {
    case 'enter':
      return run.status === 'running' ? watchRun(state, run, false) : showRun(state, run.id);
    case 'resume':
      return watchRun(state, run, true);
    case 'discard':
      return update({ ...state, overlay: { type: 'discard', run: run.id, index: 1 } });
    case 'report':
      return update(
        { ...state, notice: { tone: 'info', text: 'Writing the report' } },
        { type: 'report', run: run.id },
      );
    case 'replay':
      return replayRun(state, run.id);
    default:
      return update(state);
  }
}

/** Shows what a run that is over was, in its pane; no cluster is asked, and esc leads back to the history. */
function showRun(state: AppState, id: string): Update {
  if (runIsOn(state)) return update({ ...state, notice: { tone: 'warn', text: runGoesOn(state) } });
  const next = toDashboard({ ...state, run: attach(id) }, 'run');
  return update({ ...next, back: [...state.back, state.screen] }, { type: 'follow', run: id });
}

/** Shows a run again from its records, in its pane; no cluster is asked. */
function replayRun(state: AppState, id: string): Update {
  if (runIsOn(state)) return update({ ...state, notice: { tone: 'warn', text: runGoesOn(state) } });
  const run = { ...attach(id), replayed: true };
  return update(
    { ...toDashboard({ ...state, run }, 'run'), back: [...state.back, state.screen] },
    { type: 'replay', run: id },
  );
}

/** Keys of a run that is shown again; undefined for all others. */
export function actReplay(state: AppState, action: ActionName): Update | undefined {
  if (!state.run?.replayed) return undefined;
  switch (action) {
    case 'pause':
    case 'faster':
    case 'slower':
    case 'step-on':
      return update(state, { type: 'steer-replay', how: action });
    default:
      return undefined;
  }
}

function rowBehind(state: AppState) {
  const behind = state.back.at(-1);
  return behind?.type === 'clusters' ? clusterRows(state)[behind.index] : undefined;
}
