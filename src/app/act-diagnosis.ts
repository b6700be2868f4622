import type { DiagnosisReport } from '../playbooks/diagnosis/diagnosis-report.ts';
import { moveIndex } from '../ui/select-state.ts';
import { prepare } from './act-menu.ts';
import { causesOf, type DiagnosisScreen } from './diagnosis-screen.ts';
import type { ActionName } from './key-binding.ts';
import type { Look } from './look.ts';
import { isMove, scrolled } from './moves.ts';
import { openDiagnosis } from './open-diagnosis.ts';
import { type AppState, goBack, replace, type Update, update } from './state.ts';

/** Keys of the screen: a cause is chosen, its details are scrolled, and enter leads to its repair. */
export function actDiagnosis(state: AppState, screen: DiagnosisScreen, action: ActionName, look: Look): Update {
  if (action === 'back') return update(goBack(state), { type: 'stop-diagnosis' });
  if (action === 'retry') {
    // What is asked now is told apart from what stands there.
    const again = { ...screen, asking: true, before: screen.report ?? screen.before };
    return screen.asking ? update(state) : update(replace(state, again), { type: 'diagnose', wanted: screen.wanted });
  }
  if (action === 'page-up' || action === 'page-down')
    return update(replace(state, { ...screen, from: scrolled(screen.from, action, look.lines, look.height) }));
  if (isMove(action)) {
    const index = moveIndex(screen.index, action, causesOf(screen).length);
    return update(replace(state, { ...screen, index, from: 0 }));
  }
  return action === 'enter' ? repair(state, screen) : update(state);
}

/** The repair's inputs and plan, by the screens that every playbook has; nothing runs from here. */
function repair(state: AppState, screen: DiagnosisScreen): Update {
  const fix = causesOf(screen)[screen.index]?.finding.fix;
  if (!fix || !screen.report) return update(state);
  const { playbook } = fix;
  const title = fix.title ?? state.catalog.playbooks[playbook]?.title ?? playbook;
  const next = prepare(state, playbook, title, fix.with ?? {});
  if (next.state.screen === state.screen) return next;
  const { wanted, report: before } = screen;
  const fixing = { playbook, run: undefined, wanted, title: screen.title, before };
  return update({ ...next.state, fixing }, ...next.effects);
}

/** Why enter does nothing on a cause. */
export function notRepairable({ screen }: AppState): string | undefined {
  if (screen.type !== 'diagnosis') return undefined;
  const cause = causesOf(screen)[screen.index];
  if (!cause) return screen.asking ? 'It is still being looked' : 'There is nothing to repair';
  return cause.finding.fix ? undefined : 'No playbook repairs this; its last line says what does';
}

/** Shows a diagnosis that was made, unless another one, or something else, is looked at by now. */
export function diagnosisArrived(state: AppState, wanted: string, report: DiagnosisReport): AppState {
  const { screen } = state;
  if (screen.type !== 'diagnosis' || screen.wanted !== wanted) return state;
  const shown: DiagnosisScreen = { ...screen, report, asking: false };
  const index = Math.max(0, Math.min(screen.index, causesOf(shown).length - 1));
  return replace(state, { ...shown, index, from: 0 });
}

/** The repair of a cause has begun, or something else has. */
export function fixBegins(state: AppState, run: string): AppState['fixing'] {
  const { fixing, screen } = state;
  return fixing && screen.type === 'plan' && screen.playbook === fixing.playbook ? { ...fixing, run } : undefined;
}

/** After a repair the diagnosis is made again; who looks at something else meanwhile is only told. */
export function fixEnded(state: AppState, run: string): Update {
  const { fixing, screen, overlay } = state;
  if (!fixing || fixing.run !== run) return update(state);
  if (screen.type === 'dashboard' && !overlay) return openDiagnosis(state, fixing);
  const text = 'The repair is over; :diagnose shows what is better';
  return update({ ...state, fixing: undefined, notice: { tone: 'info', text } });
}
