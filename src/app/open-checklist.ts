import type { ChecklistScreen } from './checklist-screen.ts';
import { type AppState, open, type Update, update } from './state.ts';

/** Opens a checklist of the system, and has its checks made. */
export function openChecklist(state: AppState, name: string, title: string): Update {
  if (!state.session) return update({ ...state, notice: { tone: 'warn', text: 'Choose a cluster first' } });
  const checklist = `${state.system}/${name}`;
  const screen: ChecklistScreen = {
    ...{ type: 'checklist', checklist, title, report: undefined },
    ...{ asking: true, index: 0, from: 0 },
  };
  return update(open(state, screen), { type: 'check-list', checklist });
}
