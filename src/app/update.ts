import type { Reachability } from '../cluster/probe-context.ts';
import type { ToneLine } from '../cluster/tone-line.ts';
import type { ChecklistReport } from '../playbooks/checklists/checklist-report.ts';
import type { Ticks } from '../playbooks/checklists/tick.ts';
import type { DiagnosisReport } from '../playbooks/diagnosis/diagnosis-report.ts';
import type { PreviewedPlan } from '../playbooks/preview/previewed-plan.ts';
import type { RunEvent } from '../playbooks/runs/events.ts';
import type { Gate } from '../playbooks/runs/gate.ts';
import { createForm, type FormField, pasteIntoForm, shownFields, submitForm } from '../ui/form-state.ts';
import type { ProblemText } from '../ui/problem-lines.ts';
import { insertText } from '../ui/text-state.ts';
import { checklistArrived, ticksArrived } from './act-checklist.ts';
import { pointAt, toWelcome } from './act-choose.ts';
import { diagnosisArrived, fixBegins, fixEnded } from './act-diagnosis.ts';
import { openGate } from './act-gate.ts';
import { guideTo, toPlan } from './act-menu.ts';
import { ask } from './act-run.ts';
import { pageArrived, planArrived, previewArrived } from './arrivals.ts';
import { attach } from './attached-run.ts';
import { clusterRows } from './choices.ts';
import { clampIndex } from './clamp-index.ts';
import type { BeginEffect, Effect } from './effect.ts';
import type { KeyPress } from './key-press.ts';
import type { Look } from './look.ts';
import { openQuestion } from './modes.ts';
import { reduceEvents, reduceLatency } from './run-reading.ts';
import type { Catalog, ClusterSession, ContextEntry, ManifestSource, PlanEntry, RunEntry } from './services.ts';
import { type AppState, goBack, isRight, replace, toDashboard, type Update, update } from './state.ts';
import { updateKey } from './update-key.ts';

/** Everything that can happen to the screen. */
export type AppEvent =
  | { type: 'key'; key: KeyPress }
  | { type: 'paste'; text: string }
  | { type: 'loaded'; catalog: Catalog; contexts: ContextEntry[]; runs: RunEntry[] }
  | { type: 'runs'; runs: RunEntry[] }
  | { type: 'contexts'; contexts: ContextEntry[] }
  | { type: 'manifest-sources'; sources: ManifestSource[] }
  | { type: 'reachability'; context: string; reachability: Reachability | 'asking' }
  | { type: 'connected'; session: ClusterSession }
  | { type: 'form'; playbook: string; fields: FormField[]; notice?: string | undefined }
  | { type: 'plan'; plan: PlanEntry }
  /** More of what the plan would change is known. */
  | { type: 'plan-preview'; plan: PlanEntry; preview: PreviewedPlan }
  | { type: 'run-started'; run: string }
  | { type: 'run-events'; run: string; events: RunEvent[] }
  | { type: 'run-closed'; run: string }
  | { type: 'page'; page: string; text: string }
  | { type: 'diagnosis'; wanted: string; report: DiagnosisReport }
  | { type: 'checklist'; checklist: string; report: ChecklistReport }
  | { type: 'ticks'; checklist: string; ticks: Ticks }
  | { type: 'view'; lines: ToneLine[] }
  | { type: 'notice'; notice: NonNullable<AppState['notice']> }
  /** Something was done; where, is to be read. */
  | { type: 'told'; title: string; text: string }
  /** A run waits for what a person says before it begins. */
  | { type: 'gate'; gate: Gate; begin: BeginEffect }
  /** An effect failed. */
  | { type: 'trouble'; effect: Effect['type'] | 'load'; problem: ProblemText };

/** The one transition of the screen: what there was, what happened → what there is now, and what is to be done. */
export function updateApp(state: AppState, event: AppEvent, look: Look): Update {
  switch (event.type) {
    case 'key':
      return updateKey(state, event.key, look);
    case 'paste':
      return update(paste(state, event.text));
    case 'loaded':
      return loaded({ ...state, catalog: event.catalog, contexts: event.contexts, runs: event.runs });
    case 'runs':
      return update(clampIndex({ ...state, runs: event.runs }));
    case 'contexts':
      return update(clampIndex({ ...state, contexts: event.contexts }));
    case 'manifest-sources':
      return update({ ...state, manifestSources: event.sources });
    case 'reachability':
      return update({ ...state, reachability: { ...state.reachability, [event.context]: event.reachability } });
    case 'connected':
      return connected({ ...state, session: event.session, choice: event.session.choice, busy: undefined });
    case 'form':
      return formArrived(state, event);
    case 'plan':
      return update(planArrived(state, event.plan));
    case 'plan-preview':
      return update(previewArrived(state, event.plan, event.preview));
    case 'run-started':
      return runStarted(state, event.run);
    case 'run-events':
      return runEvents(state, event.run, event.events, look);
    case 'run-closed':
      return runClosed(state, event.run);
    case 'diagnosis':
      return update(diagnosisArrived(state, event.wanted, event.report));
    case 'checklist':
      return update(checklistArrived(state, event));
    case 'ticks':
      return update(ticksArrived(state, event.checklist, event.ticks));
    case 'page':
      return update(pageArrived(state, event.page, event.text));
    case 'view':
      return update({ ...state, view: event.lines });
    case 'notice':
      return update({ ...state, notice: event.notice });
    case 'told':
      return update({ ...state, notice: undefined, overlay: state.overlay ?? event });
    case 'gate':
      return openGate(state, event.gate, event.begin);
    case 'trouble':
      return trouble(state, event.effect, event.problem);
  }
}

function paste(state: AppState, text: string): AppState {
  const { overlay, screen } = state;
  if (overlay?.type === 'command')
    return { ...state, overlay: { ...overlay, text: insertText(overlay.text, text.trim()) } };
  if (overlay?.type === 'filter') {
    const next = insertText(overlay.text, text.trim());
    return { ...state, overlay: { ...overlay, text: next }, filters: { ...state.filters, [overlay.pane]: next.value } };
  }
  if (overlay?.type === 'question' || overlay?.type === 'gate' || overlay?.type === 'note')
    return { ...state, overlay: { ...overlay, text: insertText(overlay.text, text.trim()) } };
  if (!overlay && screen.type === 'form' && screen.form)
    return replace(state, { ...screen, form: pasteIntoForm(screen.form, text) });
  return state;
}

/** The first screen: what the command line named already, else the welcome where there is no history, else the choice. */
function loaded(state: AppState): Update {
  const { systems, faults } = state.catalog;
  const notice = faults.length > 0 ? faultsNotice(faults.length) : state.notice;
  const next = { ...state, notice };
  if (next.startWith) {
    const { choice } = next;
    const system = next.system ?? systems[0]?.name;
    const connecting = choice && system ? [{ type: 'connect', choice, system } as const] : [];
    const run = attach(next.startWith);
    return update(toDashboard({ ...next, system, run }, 'run'), { type: 'follow', run: run.id }, ...connecting);
  }
  if (next.choice) {
    const only = systems.length === 1 ? systems[0]?.name : next.system;
    if (!only) return update({ ...next, screen: { type: 'systems', index: 0 } });
    return update(
      { ...next, system: only, screen: { type: 'clusters', index: 0 }, busy: 'Connecting' },
      { type: 'connect', choice: next.choice, system: only },
    );
  }
  if (next.runs.length === 0) return update(toWelcome(next, 'system'));
  return pointAt({ ...next, screen: { type: 'clusters', index: 0 } }, clusterRows(next)[0]);
}

function faultsNotice(count: number): AppState['notice'] {
  const what = count === 1 ? 'a problem' : `${count} problems`;
  return {
    tone: 'warn',
    text: `There ${count === 1 ? 'is' : 'are'} ${what} in playbooks or menus: :problems shows ${count === 1 ? 'it' : 'them'}`,
  };
}

/** After the welcome, or without a cluster, the first playbook of the way there is prepared; else the menu is shown. */
function connected(state: AppState): Update {
  const { screen } = state;
  if (screen.type === 'dashboard') return update(state);
  const next = toDashboard({ ...state, menu: { path: [], index: 0 } }, 'menu');
  const [first] = state.guide;
  if (!first || (screen.type !== 'welcome' && !state.session?.info.none)) return update(next);
  return guideTo(next, first);
}

function formArrived(
  state: AppState,
  { playbook, fields, notice }: Pick<Extract<AppEvent, { type: 'form' }>, 'playbook' | 'fields' | 'notice'>,
): Update {
  const { screen } = state;
  if (screen.type !== 'form' || screen.playbook !== playbook) return update(state);
  const form = createForm(fields);
  // Everything was chosen with the menu item: an empty page asks nothing.
  if (notice === undefined && shownFields(form).length === 0)
    return toPlan(goBack(state), playbook, screen.title, { ...screen.presets, ...submitForm(form).values });
  return update(replace(state, { ...screen, form, notice }));
}

function runStarted(state: AppState, id: string): Update {
  const [next, ...rest] = state.guide;
  const { screen } = state;
  const guide = screen.type === 'plan' && screen.playbook === next ? rest : state.guide;
  const fixing = fixBegins(state, id);
  return update(toDashboard({ ...state, guide, fixing, run: attach(id), busy: undefined }, 'run'), {
    type: 'follow',
    run: id,
  });
}

function runEvents(state: AppState, id: string, events: RunEvent[], look: Look): Update {
  const { run } = state;
  if (run?.id !== id) return update(state);
  const before = openQuestion(state)?.id;
  const latency = reduceLatency(run.latency, events, look.replicasAt);
  // Where one pane of the right side has room, a load test that begins is the one to see.
  const right =
    run.latency.buckets.length === 0 && latency.buckets.length > 0 && !isRight(state.focus) ? 'latency' : state.right;
  const next: AppState = { ...state, right, run: { ...run, state: reduceEvents(run.state, events), latency } };
  const question = openQuestion(next);
  if (question && question.id !== before && !state.overlay) return update(ask(next, question));
  if (state.overlay?.type === 'question' && question?.id !== state.overlay.id)
    return update(question ? ask(next, question) : { ...next, overlay: undefined });
  const ended = events.some(({ type }) => type === 'run-ended');
  if (!ended) return update(next);
  const after = fixEnded(next, id);
  // A cluster may have been made, or have gone.
  const contexts = next.run?.state?.run?.cluster.none ? ([{ type: 'load-contexts' }] as const) : [];
  return update(after.state, { type: 'load-runs' }, ...contexts, ...after.effects);
}

function runClosed(state: AppState, id: string): Update {
  if (state.run?.id !== id) return update(state);
  const overlay = state.overlay?.type === 'question' ? undefined : state.overlay;
  return update({ ...state, overlay, run: { ...state.run, following: false } }, { type: 'load-runs' });
}

function trouble(state: AppState, effect: Effect['type'] | 'load', problem: ProblemText): Update {
  const next: AppState = { ...state, busy: undefined, overlay: { type: 'problem', problem } };
  // A screen that waited for what did not come makes way for the one before.
  if (
    (effect === 'make-plan' && state.screen.type === 'plan') ||
    (effect === 'diagnose' && state.screen.type === 'diagnosis' && !state.screen.report) ||
    (effect === 'check-list' && state.screen.type === 'checklist' && !state.screen.report) ||
    (effect === 'make-form' && state.screen.type === 'form') ||
    (effect === 'load-page' && state.screen.type === 'page')
  )
    return update(goBack(next));
  if (
    (effect === 'diagnose' && state.screen.type === 'diagnosis') ||
    (effect === 'check-list' && state.screen.type === 'checklist')
  )
    return update(replace(next, { ...state.screen, asking: false }));
  if (effect === 'connect' && state.screen.type === 'welcome') return update(toWelcome(next, 'cluster'));
  if (effect === 'load') return update({ ...next, screen: { type: 'clusters', index: 0 } });
  if (effect === 'resume' && state.run) return update({ ...next, run: { ...state.run, following: false } });
  return update(next);
}
