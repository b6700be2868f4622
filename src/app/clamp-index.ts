import { clusterRows, shownRuns } from './choices.ts';
import { type AppState, replace } from './state.ts';

/** A list that became shorter keeps the pointer in it. */
export function clampIndex(state: AppState): AppState {
  const { screen } = state;
  if (screen.type === 'runs')
    return replace(state, { ...screen, index: Math.max(0, Math.min(screen.index, shownRuns(state).length - 1)) });
  if (screen.type === 'clusters')
    return replace(state, { ...screen, index: Math.max(0, Math.min(screen.index, clusterRows(state).length - 1)) });
  return state;
}
