import { moveIndex } from '../ui/select-state.ts';
import { editText, textState } from '../ui/text-state.ts';
import type { ActionName } from './key-binding.ts';
import type { KeyPress } from './key-press.ts';
import { type AppState, goBack, type Overlay, replace, runIsOn, type Update, update } from './state.ts';

/** What the question before leaving offers while a run is on. */
export const leaveChoices = ['Leave; the run goes on', 'Stop the run, then leave', 'Stay here'] as const;
export const yesNo = ['Yes', 'No'] as const;

/** q and ctrl-c: leaves at once, or asks while a run is on. A second ctrl-c leaves the run to itself. */
export function quit(state: AppState): Update {
  if (state.overlay?.type === 'leave' || !runIsOn(state)) return leave(state);
  return update({ ...state, overlay: { type: 'leave', index: 0 } });
}

function leave(state: AppState): Update {
  return update({ ...state, overlay: undefined, leaving: true }, { type: 'exit' });
}

export function actLeave(state: AppState, overlay: Extract<Overlay, { type: 'leave' }>, action: ActionName): Update {
  if (action === 'up' || action === 'down')
    return update({ ...state, overlay: { ...overlay, index: moveIndex(overlay.index, action, leaveChoices.length) } });
  if (action === 'back') return update({ ...state, overlay: undefined });
  if (action !== 'enter') return update(state);
  if (overlay.index === 2 || !state.run) return update({ ...state, overlay: undefined });
  if (overlay.index === 0) return leave(state);
  return update(
    { ...state, overlay: undefined, leaving: true },
    { type: 'stop-run', run: state.run.id },
    { type: 'exit' },
  );
}

/** Stop and discard are the same question of yes or no. */
export function actYesNo(
  state: AppState,
  overlay: Extract<Overlay, { type: 'stop' | 'discard' }>,
  action: ActionName,
): Update {
  const index = action === 'yes' ? 0 : action === 'no' || action === 'back' ? 1 : overlay.index;
  if (action === 'up' || action === 'down')
    return update({ ...state, overlay: { ...overlay, index: moveIndex(overlay.index, action, 2) } });
  if (action === 'enter' || action === 'yes' || action === 'no' || action === 'back') {
    const closed = { ...state, overlay: undefined };
    if (index === 1) return update(closed);
    if (overlay.type === 'discard') return update(closed, { type: 'discard', run: overlay.run });
    return state.run
      ? update(
          { ...closed, notice: { tone: 'info', text: 'Stopping: what it does right now is finished first' } },
          { type: 'stop-run', run: state.run.id },
        )
      : update(closed);
  }
  return update(state);
}

/** A message that is closed. The screen below it stays as it is and can be used. */
export function actProblem(state: AppState, action: ActionName): Update {
  return action === 'enter' || action === 'back' ? update({ ...state, overlay: undefined }) : update(state);
}

/** The filter's line: every key counts at once, enter keeps it, esc clears it. */
export function keyInFilter(state: AppState, overlay: Extract<Overlay, { type: 'filter' }>, key: KeyPress): Update {
  const { pane } = overlay;
  if (key.name === 'enter') return update({ ...state, overlay: undefined });
  const text = key.name === 'esc' ? textState() : editText(overlay.text, key.name, key.text);
  const next: AppState = {
    ...state,
    filters: { ...state.filters, [pane]: text.value },
    menu: pane === 'menu' ? { ...state.menu, index: 0 } : state.menu,
    overlay: key.name === 'esc' ? undefined : { ...overlay, text },
  };
  return update(next.screen.type === 'runs' ? replace(next, { type: 'runs', index: 0 }) : next);
}

/** Leaves a screen; what was loaded for it is let go. */
export function closeScreen(state: AppState): Update {
  return update(goBack(state), { type: 'close-view' });
}
