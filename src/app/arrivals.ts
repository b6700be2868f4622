import type { PreviewedPlan } from '../playbooks/preview/previewed-plan.ts';
import type { PlanEntry } from './services.ts';
import { type AppState, replace } from './state.ts';

/** Shows a plan that was made, unless something else is looked at by now. */
export function planArrived(state: AppState, plan: PlanEntry): AppState {
  const { screen } = state;
  if (screen.type !== 'plan' || screen.playbook !== plan.playbook) return state;
  return replace(state, { ...screen, plan });
}

/** Shows a page that was read. */
export function pageArrived(state: AppState, page: string, text: string): AppState {
  const { screen } = state;
  return screen.type === 'page' && screen.page === page ? replace(state, { ...screen, text }) : state;
}

/** Shows more of what a plan would change. */
export function previewArrived(state: AppState, plan: PlanEntry, previewed: PreviewedPlan): AppState {
  const { screen } = state;
  return screen.type === 'plan' && screen.plan === plan ? replace(state, { ...screen, previewed }) : state;
}
