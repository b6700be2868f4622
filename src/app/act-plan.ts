import { acceptedPreviews } from '../playbooks/preview/accepted-previews.ts';
import { moveIndex } from '../ui/select-state.ts';
import { runGoesOn } from './act-menu.ts';
import type { ActionName } from './key-binding.ts';
import type { Look } from './look.ts';
import { isMove, scrolled } from './moves.ts';
import { type AppState, goBack, replace, runIsOn, type Screen, type Update, update } from './state.ts';

type PlanScreen = Extract<Screen, { type: 'plan' }>;

/** The plan's keys: a step is chosen or looked at closely, and the whole is run or left. */
export function actPlan(state: AppState, screen: PlanScreen, action: ActionName, look: Look): Update {
  const { plan } = screen;
  if (screen.open !== undefined && action !== 'yes' && action !== 'no') return inStep(state, screen, action, look);
  if (action === 'back' || action === 'no') return update(goBack(state), { type: 'stop-preview' });
  if (!plan) return update(state);
  if (isMove(action))
    return update(replace(state, { ...screen, index: moveIndex(screen.index, action, plan.steps.length) }));
  if (action === 'details') return update(replace(state, { ...screen, open: 0 }));
  if (action === 'switch') return update(replace(state, { ...screen, yes: !screen.yes }));
  if (action === 'enter' && !screen.yes) return update(goBack(state), { type: 'stop-preview' });
  if (action !== 'yes' && action !== 'enter') return update(state);
  if (state.busy) return update(state);
  if (runIsOn(state)) return update({ ...state, notice: { tone: 'warn', text: runGoesOn(state) } });
  const accepted = screen.previewed ? acceptedPreviews(screen.previewed) : undefined;
  const starting: AppState = { ...state, busy: 'Starting the run' };
  return update(starting, { type: 'stop-preview' }, { type: 'start-run', plan: { ...plan, accepted } });
}

/** One step of the plan, as large as the screen. */
function inStep(state: AppState, screen: PlanScreen, action: ActionName, look: Look): Update {
  if (isMove(action))
    return update(replace(state, { ...screen, open: scrolled(screen.open ?? 0, action, look.lines, look.height) }));
  const closes = action === 'back' || action === 'details' || action === 'enter';
  return update(closes ? replace(state, { ...screen, open: undefined }) : state);
}
