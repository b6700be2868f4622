import { moveIndex } from '../ui/select-state.ts';
import type { ActionName } from './key-binding.ts';
import type { Look } from './look.ts';
import { isMove } from './moves.ts';
import { type AppState, open, toDashboard, type Update, update } from './state.ts';

/** The pods' pane. What is pointed at is a name and not a row: rows move under the pointer. */
export function actPods(state: AppState, action: ActionName, look: Look): Update {
  const names = look.pods();
  const at = Math.max(0, names.indexOf(state.pod ?? ''));
  const name = names[at];
  if (isMove(action)) return update({ ...state, pod: names[moveIndex(at, action, names.length)] });
  if (action === 'back') {
    if (state.filters.pods !== '') return update({ ...state, filters: { ...state.filters, pods: '' } });
    return update(toDashboard(state, state.left));
  }
  if (!name) return update({ ...state, notice: { tone: 'info', text: 'There is no pod here' } });
  if (action === 'enter' || action === 'details') return details({ ...state, pod: name }, 'Pod', name);
  if (action === 'logs') return update(open({ ...state, pod: name }, { type: 'logs', pod: name, scroll: 'end' }));
  return update(state);
}

export function actAutoscalers(state: AppState, action: ActionName, look: Look): Update {
  const name = look.autoscalers()[0];
  if (action === 'back') return update(toDashboard(state, state.left));
  return action === 'details' && name ? details(state, 'HorizontalPodAutoscaler', name) : update(state);
}

function details(state: AppState, kind: string, name: string): Update {
  const next = open(state, { type: 'details', kind, name, scroll: 0 });
  // A pod's details come as a feed of their own.
  return kind === 'Pod' ? update(next) : update(next, { type: 'load-details', kind, name });
}
