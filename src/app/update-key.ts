import { textState } from '../ui/text-state.ts';
import { actChecklist, keyInNote } from './act-checklist.ts';
import { actClusters, actSystems, actWelcome } from './act-choose.ts';
import { actDiagnosis } from './act-diagnosis.ts';
import { actGate, keyInGate } from './act-gate.ts';
import { actMenu, keyInForm } from './act-menu.ts';
import { actLeave, actProblem, actYesNo, closeScreen, keyInFilter, quit } from './act-overlay.ts';
import { actPlan } from './act-plan.ts';
import { actAutoscalers, actPods } from './act-pods.ts';
import { actQuestion, actRun, keyInTypedQuestion, takeOffer } from './act-run.ts';
import { actReplay, actRuns } from './act-runs.ts';
import { actAccess, actQueries } from './act-views.ts';
import { keyInCommand } from './commands.ts';
import type { ActionName } from './key-binding.ts';
import type { KeyPress } from './key-press.ts';
import { bindingOf } from './keymap.ts';
import { type PaneName, paneNames } from './layout.ts';
import type { Look } from './look.ts';
import { modeOf, takesText } from './modes.ts';
import { isMove, scrolled } from './moves.ts';
import { type AppState, focusOn, open, replace, toDashboard, type Update, update } from './state.ts';

/** One key. Everything it needs is in the state that the key before left behind. */
export function updateKey(before: AppState, key: KeyPress, look: Look): Update {
  const state = before.notice ? { ...before, notice: undefined } : before;
  if (state.leaving) return update(state);
  if (key.name === 'ctrl-c') return quit(state);
  if (key.name === 'ctrl-z') return update(state, { type: 'suspend' });
  if (takesText(state)) return keyInText(state, key);
  const binding = bindingOf(key.name, modeOf(state));
  if (!binding) return update(state);
  const reason = binding.disabledReason?.(state);
  if (reason) return update({ ...state, notice: { tone: 'info', text: reason } });
  return act(state, binding.id, look);
}

function keyInText(state: AppState, key: KeyPress): Update {
  const { overlay, screen } = state;
  if (overlay?.type === 'command') return keyInCommand(state, overlay, key);
  if (overlay?.type === 'filter') return keyInFilter(state, overlay, key);
  if (overlay?.type === 'question') return keyInTypedQuestion(state, key);
  if (overlay?.type === 'gate') return keyInGate(state, overlay, key);
  if (overlay?.type === 'note') return keyInNote(state, overlay, key);
  return screen.type === 'form' ? keyInForm(state, screen, key) : update(state);
}

function act(state: AppState, action: ActionName, look: Look): Update {
  return actOverlay(state, action, look) ?? actEverywhere(state, action) ?? actScreen(state, action, look);
}

function actOverlay(state: AppState, action: ActionName, look: Look): Update | undefined {
  const { overlay } = state;
  if (overlay?.type === 'leave') return actLeave(state, overlay, action);
  if (overlay?.type === 'stop' || overlay?.type === 'discard') return actYesNo(state, overlay, action);
  if (overlay?.type === 'problem' || overlay?.type === 'told') return actProblem(state, action);
  if (overlay?.type === 'gate') return actGate(state, overlay, action, look.dialog);
  return overlay?.type === 'question' ? actQuestion(state, action) : undefined;
}

/** What does the same on every screen. */
function actEverywhere(state: AppState, action: ActionName): Update | undefined {
  switch (action) {
    case 'quit':
    case 'interrupt':
      return quit(state);
    case 'help':
      return update(open(state, { type: 'help', scroll: 0 }));
    case 'command':
      return update({ ...state, overlay: { type: 'command', text: textState(), choice: 0 } });
    case 'filter': {
      const mode = modeOf(state);
      const pane = mode === 'pods' || mode === 'runs' ? mode : 'menu';
      return update({ ...state, overlay: { type: 'filter', pane, text: textState(state.filters[pane]) } });
    }
    case 'runs':
      return update(open(state, { type: 'runs', index: 0 }), { type: 'load-runs' });
    case 'status':
      return update(open(state, { type: 'status', scroll: 0 }), { type: 'load-status' });
    case 'offer':
      return takeOffer(state);
    case 'stop':
      return update({ ...state, overlay: { type: 'stop', index: 1 } });
    case 'next-pane':
    case 'previous-pane':
      return update(focusOn(state, neighbour(state, action === 'next-pane' ? 1 : -1)));
    default:
      return undefined;
  }
}

function neighbour(state: AppState, step: 1 | -1): PaneName {
  const panes = paneNames.filter((name) => name !== 'run' || state.run);
  return panes[(panes.indexOf(state.focus) + step + panes.length) % panes.length] ?? 'menu';
}

function actScreen(state: AppState, action: ActionName, look: Look): Update {
  const { screen } = state;
  switch (screen.type) {
    case 'welcome':
      return actWelcome(state, screen, action);
    case 'clusters':
      return actClusters(state, screen, action);
    case 'systems':
      return actSystems(state, screen, action);
    case 'dashboard':
      return actPane(state, action, look);
    case 'plan':
      return actPlan(state, screen, action, look);
    case 'diagnosis':
      return actDiagnosis(state, screen, action, look);
    case 'checklist':
      return actChecklist(state, screen, action, look);
    case 'runs':
      return actRuns(state, screen.index, action);
    case 'access':
      return actAccess(state, screen, action, look) ?? actScrolled(state, screen, action, look);
    case 'queries':
      return actQueries(state, screen, action, look) ?? actScrolled(state, screen, action, look);
    case 'logs':
    case 'status':
    case 'page':
    case 'details':
    case 'step':
    case 'faults':
    case 'help':
      return actScrolled(state, screen, action, look);
    default:
      return update(state);
  }
}

function actPane(state: AppState, action: ActionName, look: Look): Update {
  switch (state.focus) {
    case 'menu':
      return actMenu(state, action);
    case 'run':
      return actReplay(state, action) ?? actRun(state, action);
    case 'pods':
      return actPods(state, action, look);
    case 'autoscalers':
      return actAutoscalers(state, action, look);
    case 'latency':
      return action === 'back' ? update(toDashboard(state, state.left)) : update(state);
  }
}

type Scrolled = Extract<AppState['screen'], { scroll: unknown }>;

function actScrolled(state: AppState, screen: Scrolled, action: ActionName, look: Look): Update {
  if (action === 'back') return closeScreen(state);
  if (!isMove(action)) return update(state);
  const last = Math.max(0, look.lines - look.height);
  const from = screen.scroll === 'end' ? last : Math.min(last, screen.scroll);
  const scroll = scrolled(from, action, look.lines, look.height);
  // A log that is at its end stays there while it grows.
  if (screen.type === 'logs') return update(replace(state, { ...screen, scroll: scroll >= last ? 'end' : scroll }));
  return update(replace(state, { ...screen, scroll }));
}
