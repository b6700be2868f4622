import { chosenRun, isResumable } from './choices.ts';
import { openOffer, openQuestion, takesText } from './modes.ts';
import { enterLeadsTo } from './run-reading.ts';
import { type AppState, runIsOn } from './state.ts';

/** Modes that keys share. */
export const lists = [
  'welcome',
  'clusters',
  'systems',
  'menu',
  'run',
  'pods',
  'plan',
  'runs',
  'diagnosis',
  'checklist',
] as const;
export const scrolled = ['status', 'access', 'queries', 'page', 'details', 'logs', 'step', 'faults', 'help'] as const;
export const choices = ['leave', 'stop', 'discard', 'question', 'gate'] as const;
export const panes = ['menu', 'run', 'pods', 'autoscalers', 'latency'] as const;
export const quiet = [
  ...panes,
  'welcome',
  'clusters',
  'systems',
  'plan',
  'runs',
  'diagnosis',
  'checklist',
  ...scrolled,
] as const;

const enterHints = { question: 'answer', onward: 'go on', menu: 'to the menu', step: 'step' } as const;
export const enterHint = (state: AppState) => enterHints[enterLeadsTo(state)];

export const noRun = (state: AppState) => (runIsOn(state) ? undefined : 'No run is going on');
export const runOn = (state: AppState) =>
  runIsOn(state) ? 'A run is going on: wait for its end, or stop it with x' : undefined;
export const noOffer = (state: AppState) => (openOffer(state) ? undefined : 'Nothing is offered now');
export const offerHint = (state: AppState) => openOffer(state)?.question.label ?? 'do it now';
export const noSystem = (state: AppState) => (state.session ? undefined : 'Choose a cluster first');

export const notResumable = (state: AppState) => {
  const run = chosenRun(state);
  if (!run) return 'This is a cluster and not a run';
  if (run.status === 'running') return 'This run is going on: Enter watches it';
  return isResumable(run) ? runOn(state) : 'This run has nothing left to do';
};
export const notDiscardable = (state: AppState) => {
  const run = chosenRun(state);
  if (!run) return 'This is a cluster and not a run';
  return run.status === 'running' ? 'This run is going on: stop it first' : undefined;
};

export const notFailure = (state: AppState) =>
  openQuestion(state)?.question.kind === 'failure' ? undefined : 'No step has failed';
export const notConfirm = (state: AppState) =>
  (state.overlay?.type !== 'question' || openQuestion(state)?.question.kind === 'confirm') &&
  notChoice(state) === undefined
    ? undefined
    : 'This wants another answer than yes or no';
export const notChoice = (state: AppState) =>
  state.overlay !== undefined && takesText(state) ? 'This wants a typed answer' : undefined;

export const notLong = ({ overlay }: AppState) =>
  overlay?.type === 'gate' && overlay.gate.kind === 'outside' ? undefined : 'All of it is in sight';

/** Whether one step of the plan is shown alone. */
export const stepOfPlanOpen = ({ screen }: AppState) => screen.type === 'plan' && screen.open !== undefined;
