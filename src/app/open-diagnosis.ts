import type { DiagnosisScreen } from './diagnosis-screen.ts';
import { type AppState, open, type Update, update } from './state.ts';

/** Makes a diagnosis, or all of the system's, and shows it. */
export function openDiagnosis(
  state: AppState,
  { wanted, title, before }: Pick<DiagnosisScreen, 'wanted' | 'title' | 'before'>,
): Update {
  if (!state.session) return update({ ...state, notice: { tone: 'warn', text: 'Choose a cluster first' } });
  const screen: DiagnosisScreen = {
    ...{ type: 'diagnosis', wanted, title, before, report: undefined },
    ...{ asking: true, index: 0, from: 0 },
  };
  return update(open({ ...state, fixing: undefined }, screen), { type: 'diagnose', wanted });
}
