import { moveIndex } from '../ui/select-state.ts';
import { pointAt, watchRun } from './act-choose.ts';
import { clusterRows } from './choices.ts';
import type { ActionName } from './key-binding.ts';
import { isMove } from './moves.ts';
import { type AppState, attach, goBack, replace, runIsOn, toDashboard, type Update, update } from './state.ts';

/** The history: what was run, newest first. */
export function actRuns(state: AppState, index: number, action: ActionName): Update {
  const run = state.runs[index];
  if (isMove(action))
    return update(replace(state, { type: 'runs', index: moveIndex(index, action, state.runs.length) }));
  if (action === 'back') return pointAt(goBack(state), rowBehind(state));
  if (!run) return update(state);
  switch (action) {
    case 'enter':
      return watchRun(state, run, false);
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

/** Shows a run again from its records, in its pane; no cluster is asked. */
function replayRun(state: AppState, id: string): Update {
  if (runIsOn(state))
    return update({
      ...state,
      notice: { tone: 'warn', text: 'A run is going on: wait for its end, or stop it with x' },
    });
  const run = { ...attach(id), replayed: true };
  return update({ ...toDashboard({ ...state, run }, 'run'), back: [state.screen] }, { type: 'replay', run: id });
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
