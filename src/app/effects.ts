import { messageOf, Problem } from '../base/errors.ts';
import type { PreviewedPlan } from '../playbooks/preview/previewed-plan.ts';
import { GateProblem } from '../playbooks/runs/gate.ts';
import { eventAsTyped } from './as-typed.ts';
import type { BeginEffect, Effect } from './effect.ts';
import { performChecklist } from './effects-checklist.ts';
import type { Hands } from './hands.ts';
import { noCluster } from './no-cluster-problem.ts';
import { problemText } from './problem-text.ts';
import { createReplaying } from './replaying.ts';
import { systemOf } from './state.ts';

export interface Performer {
  perform(effect: Effect): void;
  /** Ends everything that still listens; the cluster's session included. */
  close(): void;
}

/** How long a context must be pointed at before it is asked. */
const dwellMs = 250;

/** Does what transitions ask for. Each kind of following has one slot: what is begun next in it ends what was before. */
export function createPerformer(hands: Hands): Performer {
  const slots = new Map<string, AbortController>();
  const take = (slot: string): AbortSignal => {
    slots.get(slot)?.abort();
    const controller = new AbortController();
    slots.set(slot, controller);
    return controller.signal;
  };
  const free = (slot: string) => {
    slots.get(slot)?.abort();
    slots.delete(slot);
  };
  const sending: Promise<void>[] = [];
  const replays = createReplaying(hands);
  // What the run was told is told before the screen goes.
  const leave = () => {
    if (sending.length === 0) return hands.exit();
    const patience = new Promise((resolve) => setTimeout(resolve, 3000));
    void Promise.race([Promise.all(sending), patience]).then(() => hands.exit());
  };
  return {
    perform(effect) {
      if (effect.type === 'exit') return leave();
      if (effect.type === 'suspend') return hands.suspend();
      if (effect.type === 'stop-probing') return free('probe');
      if (effect.type === 'close-view') return free('view');
      if (effect.type === 'stop-preview') return free('plan');
      if (effect.type === 'stop-diagnosis') return free('diagnosis');
      if (effect.type === 'stop-checklist') return free('checklist');
      if (effect.type === 'steer-replay') return replays.steer(effect.how);
      const done = (
        effect.type === 'replay' ? replays.begin(effect.run, take('follow')) : perform(effect, hands, take)
      ).catch((error: unknown) => {
        if (error instanceof GateProblem && isBegin(effect))
          return hands.dispatch({ type: 'gate', gate: error.gate, begin: effect });
        if (!isAbort(error))
          hands.dispatch({ type: 'trouble', effect: effect.type, problem: problemText(error, hands.services) });
      });
      if (effect.type === 'stop-run' || effect.type === 'answer') sending.push(done);
    },
    close() {
      for (const slot of [...slots.keys()]) free(slot);
      hands.state().session?.close();
    },
  };
}

async function perform(effect: Effect, hands: Hands, take: (slot: string) => AbortSignal): Promise<void> {
  const { services, dispatch } = hands;
  switch (effect.type) {
    case 'load-manifest-sources':
      return dispatch({ type: 'manifest-sources', sources: await services.manifestSources(effect.system) });
    case 'probe':
      return probe(effect.context, hands, take('probe'));
    case 'connect':
      return connect(effect, hands, take('connect'));
    case 'make-form':
      return makeForm(effect, hands, take('form'));
    case 'make-plan':
      return makePlan(effect, hands, take('plan'));
    case 'start-run':
      return dispatch({ type: 'run-started', run: await services.startRun(effect.plan, effect.passage) });
    case 'follow':
      return follow(effect.run, hands, take('follow'));
    case 'resume': {
      const signal = take('follow');
      await services.resumeRun(effect.run, effect.passage);
      return follow(effect.run, hands, signal);
    }
    case 'stop-run':
      return services.stopRun(effect.run);
    case 'discard':
      await services.discardRun(effect.run);
      return dispatch({ type: 'runs', runs: await services.runs() });
    case 'answer':
      return services.answer(effect.run, effect.question, effect.answer);
    case 'report':
      return dispatch({
        type: 'told',
        title: 'The report is written',
        text: await services.report(effect.run),
      });
    case 'load-runs':
      return dispatch({ type: 'runs', runs: await services.runs() });
    case 'load-contexts':
      return dispatch({ type: 'contexts', contexts: await services.contexts() });
    case 'load-page':
      return dispatch({ type: 'page', page: effect.page, text: await services.page(effect.page) });
    case 'copy':
      return tell(hands, `${effect.what}: ${await services.copy(effect.text)}`);
    case 'open-url':
      return tell(hands, await services.openUrl(effect.url));
    case 'toggle-forward':
      return hands.state().session?.forwards.toggle(effect.place);
    case 'diagnose':
      return makeDiagnosis(effect.wanted, hands, take('diagnosis'));
    case 'check-list':
    case 'tick':
    case 'export-checklist':
      return performChecklist(effect, hands, take);
    case 'load-details':
    case 'load-status':
      return view(effect, hands, take('view'));
    default:
      return;
  }
}

/** What may throw a `GateProblem`. */
function isBegin(effect: Effect): effect is BeginEffect {
  return effect.type === 'start-run' || effect.type === 'resume' || effect.type === 'tick';
}

function tell({ dispatch }: Hands, text: string): void {
  dispatch({ type: 'notice', notice: { tone: 'info', text } });
}

async function probe(context: string, { services, dispatch }: Hands, signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, dwellMs));
  if (signal.aborted) return;
  dispatch({ type: 'reachability', context, reachability: 'asking' });
  const reachability = await services.probe(context, signal);
  dispatch({ type: 'reachability', context, reachability });
}

async function connect(effect: Extract<Effect, { type: 'connect' }>, hands: Hands, signal: AbortSignal): Promise<void> {
  const system = hands.state().catalog.systems.find(({ name }) => name === effect.system);
  if (!system) throw new Problem(`There is no system ${effect.system}`);
  const session = await hands.services.connect(effect.choice, system);
  // Somebody chose another cluster meanwhile.
  if (signal.aborted) return session.close();
  hands.state().session?.close();
  hands.dispatch({ type: 'connected', session });
}

async function makeForm(
  { playbook, presets }: Extract<Effect, { type: 'make-form' }>,
  { services, dispatch, state }: Hands,
  signal: AbortSignal,
): Promise<void> {
  const { fields, notice } = await services.form({
    playbook,
    presets,
    system: state().system,
    cluster: state().choice,
  });
  if (!signal.aborted) dispatch({ type: 'form', playbook, fields, notice });
}

async function makePlan(
  effect: Extract<Effect, { type: 'make-plan' }>,
  hands: Hands,
  signal: AbortSignal,
): Promise<void> {
  const { choice, manifests, system } = hands.state();
  if (!choice) throw noCluster();
  const { playbook, inputs } = effect;
  const plan = await hands.services.plan({ playbook, system, inputs, manifests, cluster: choice });
  if (signal.aborted) return;
  hands.dispatch({ type: 'plan', plan });
  const receive = (preview: PreviewedPlan) => {
    if (!signal.aborted) hands.dispatch({ type: 'plan-preview', plan, preview });
  };
  try {
    await hands.services.preview(plan, receive, signal);
  } catch (error) {
    // The plan can be read and run without it.
    const text = `What it would change cannot be told: ${messageOf(error)}`;
    if (!signal.aborted) hands.dispatch({ type: 'notice', notice: { tone: 'warn', text } });
  }
}

async function follow(run: string, { services, dispatch }: Hands, signal: AbortSignal): Promise<void> {
  try {
    await services.follow(
      run,
      (events) => {
        if (signal.aborted) return;
        dispatch({ type: 'run-events', run, events: events.map((event) => eventAsTyped(event, services.asTyped)) });
      },
      signal,
    );
  } finally {
    if (!signal.aborted) dispatch({ type: 'run-closed', run });
  }
}

async function makeDiagnosis(wanted: string, { services, dispatch, state }: Hands, signal: AbortSignal): Promise<void> {
  const { session } = state();
  const system = systemOf(state());
  if (!session || !system) throw noCluster();
  try {
    const report = await services.diagnose(session, system, wanted, signal);
    if (!signal.aborted) dispatch({ type: 'diagnosis', wanted, report });
  } catch (error) {
    // Who has left it needs no word of its end.
    if (!signal.aborted) throw error;
  }
}

type ViewEffect = Extract<Effect, { type: 'load-details' | 'load-status' }>;

async function view(effect: ViewEffect, { services, dispatch, state }: Hands, signal: AbortSignal): Promise<void> {
  const { session } = state();
  const system = systemOf(state());
  if (!session || !system) throw noCluster();
  const lines =
    effect.type === 'load-status'
      ? await services.status(session, system, signal)
      : await services.details(session, { kind: effect.kind, name: effect.name }, signal);
  if (!signal.aborted) dispatch({ type: 'view', lines });
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
