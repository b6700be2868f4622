import { editText, textState } from '../ui/text-state.ts';
import { watchRun } from './act-choose.ts';
import { noPlaybook, prepare, toPlan } from './act-menu.ts';
import { quit } from './act-overlay.ts';
import { choosePrometheus, openView } from './act-views.ts';
import { isResumable } from './choices.ts';
import type { KeyPress } from './key-press.ts';
import { openDiagnosis } from './open-diagnosis.ts';
import { type AppState, focusOn, type Overlay, open, runIsOn, toDashboard, type Update, update } from './state.ts';

export interface CommandEntry {
  name: string;
  /** As help writes it, e.g. `<name>`. */
  argument?: string;
  description: string;
  /** What may stand behind the name. */
  complete?(state: AppState): string[];
  run(state: AppState, argument: string): Update;
}

const say = (state: AppState, text: string): Update => update({ ...state, notice: { tone: 'warn', text } });
const playbooks = (state: AppState) => Object.keys(state.catalog.playbooks);
const diagnoses = ({ catalog, system }: AppState) =>
  Object.values(catalog.playbooks).flatMap(({ ref, diagnosis }) =>
    diagnosis && ref.startsWith(`${system}/`) ? [ref] : [],
  );
const titleOf = (state: AppState, ref: string) => state.catalog.playbooks[ref]?.title ?? ref;
const pane = (name: 'menu' | 'run' | 'pods' | 'autoscalers' | 'latency') => (state: AppState) =>
  state.session ? update(focusOn(toDashboard(state, name), name)) : say(state, 'Choose a cluster first');

/** What can be typed behind `:`; help and the guide are made from this. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'ctx',
    argument: '[context]',
    description: 'changes the cluster; without a name, shows what there is',
    complete: (state) => ['sandbox', ...state.contexts.map(({ name }) => name)],
    run: changeContext,
  },
  {
    name: 'ns',
    argument: '<namespace>',
    description: 'changes the namespace that is shown and acted on',
    run(state, namespace) {
      const { choice, system } = state;
      if (!choice || !system) return say(state, 'Choose a cluster first');
      if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace))
        return say(state, ':ns wants the name of a namespace');
      const next = { ...choice, namespace };
      return update(
        { ...state, choice: next, busy: `Changing to ${namespace}` },
        { type: 'connect', choice: next, system },
      );
    },
  },
  {
    name: 'run',
    argument: '<system>/<playbook>',
    description: 'a playbook: its inputs, then its plan',
    complete: playbooks,
    run: (state, ref) =>
      state.session ? prepare(state, ref, titleOf(state, ref), {}) : say(state, 'Choose a cluster first'),
  },
  {
    name: 'plan',
    argument: '<system>/<playbook>',
    description: 'the plan of a playbook with its defaults',
    complete: playbooks,
    run(state, ref) {
      if (!state.session) return say(state, 'Choose a cluster first');
      if (!state.catalog.playbooks[ref]) return say(state, noPlaybook(state, ref));
      return toPlan(state, ref, titleOf(state, ref), {});
    },
  },
  {
    name: 'runs',
    description: 'what was run: watch, resume, discard',
    run: (state) => update(open(state, { type: 'runs', index: 0 }), { type: 'load-runs' }),
  },
  {
    name: 'resume',
    argument: '[run]',
    description: 'goes on with an unfinished run',
    complete: (state) => state.runs.filter(isResumable).map(({ id }) => id),
    run(state, id) {
      if (runIsOn(state)) return say(state, 'A run is going on: wait for its end, or stop it with x');
      const run = state.runs.find((one) => isResumable(one) && (id === '' || one.id.includes(id)));
      return run ? watchRun(state, run, true) : say(state, 'There is no such run that could go on');
    },
  },
  {
    name: 'status',
    description: 'what is there of the system',
    run: (state) =>
      state.session
        ? update(open(state, { type: 'status', scroll: 0 }), { type: 'load-status' })
        : say(state, 'Choose a cluster first'),
  },
  {
    name: 'access',
    description: 'how the system is reached: address, hosts line, URL, port-forward',
    run: (state) => (state.session ? openView(state, 'access') : say(state, 'Choose a cluster first')),
  },
  {
    name: 'queries',
    description: 'the figures of the system that a Prometheus knows, live',
    run: (state) => (state.session ? openView(state, 'queries') : say(state, 'Choose a cluster first')),
  },
  {
    name: 'readings',
    description: 'the figures that the system’s own programs tell, live; e.g. of its cache',
    run: (state) => (state.session ? openView(state, 'readings') : say(state, 'Choose a cluster first')),
  },
  {
    name: 'prometheus',
    argument: '[place]',
    description: 'which one is asked: a URL or namespace/service:port; without one, the one that is found',
    run: choosePrometheus,
  },
  {
    name: 'diagnose',
    argument: '[diagnosis]',
    description: 'what is wrong with the system, and what repairs it',
    complete: (state) => diagnoses(state),
    run(state, ref) {
      const known = diagnoses(state);
      if (known.length === 0) return say(state, 'This system has no diagnoses');
      if (ref === '') return openDiagnosis(state, { wanted: 'all', title: 'What is wrong?' });
      const found = known.find((one) => one === ref || one === `${state.system}/${ref}`);
      return found
        ? openDiagnosis(state, { wanted: found, title: titleOf(state, found) })
        : say(state, `There is no diagnosis ${ref}`);
    },
  },
  { name: 'menu', description: 'to the menu', run: pane('menu') },
  { name: 'pods', description: 'to the pods', run: pane('pods') },
  { name: 'hpa', description: 'to the autoscalers', run: pane('autoscalers') },
  { name: 'latency', description: 'to the latency', run: pane('latency') },
  {
    name: 'stop',
    description: 'ends the run that goes on; it can be resumed',
    run: (state) =>
      runIsOn(state) ? update({ ...state, overlay: { type: 'stop', index: 1 } }) : say(state, 'No run is going on'),
  },
  {
    name: 'problems',
    description: 'what is wrong in playbooks, menus and systems, with its place',
    run: (state) => update(open(state, { type: 'faults', scroll: 0 })),
  },
  {
    name: 'help',
    description: 'all keys and commands',
    run: (state) => update(open(state, { type: 'help', scroll: 0 })),
  },
  { name: 'q', description: 'leaves the console; asks while a run is on', run: quit },
];

function changeContext(state: AppState, name: string): Update {
  if (runIsOn(state)) return say(state, 'A run is going on here: wait for its end, or leave with q and let it go on');
  if (name === '') return update(open(state, { type: 'clusters', index: 0 }), { type: 'load-runs' });
  const context = state.contexts.find((one) => one.name === name);
  if (name !== 'sandbox' && !context) return say(state, `The kubeconfig has no context ${name}`);
  const choice = context ? { sandbox: false, context: name } : { sandbox: true };
  const system = state.system ?? state.catalog.systems[0]?.name;
  if (!system) return say(state, 'There is no system to show');
  return update({ ...state, choice, system, busy: `Connecting to ${name}` }, { type: 'connect', choice, system });
}

/** What the typed line may become, best first; at most eight. */
export function completions(state: AppState, line: string): string[] {
  const [name = '', ...rest] = line.trimStart().split(/\s+/);
  if (!/\s/.test(line.trimStart()))
    return commands
      .filter((one) => one.name.startsWith(name))
      .map((one) => one.name)
      .slice(0, 8);
  const wanted = rest.join(' ');
  const all = commands.find((one) => one.name === name)?.complete?.(state) ?? [];
  const matching = [
    ...all.filter((one) => one.startsWith(wanted)),
    ...all.filter((one) => !one.startsWith(wanted) && one.includes(wanted)),
  ];
  return matching.slice(0, 8).map((one) => `${name} ${one}`);
}

/** Keys of the command line: tab completes and goes on through what fits, enter runs, esc closes. */
export function keyInCommand(state: AppState, overlay: Extract<Overlay, { type: 'command' }>, key: KeyPress): Update {
  const closed = { ...state, overlay: undefined };
  if (key.name === 'esc' || (key.name === 'backspace' && overlay.text.value === '')) return update(closed);
  if (key.name === 'tab' || key.name === 'down' || key.name === 'up' || key.name === 'shift-tab')
    return update(complete(state, overlay, key.name));
  if (key.name === 'enter') return execute(closed, overlay.text.value);
  return update({
    ...state,
    overlay: { type: 'command', text: editText(overlay.text, key.name, key.text), choice: 0 },
  });
}

function complete(state: AppState, overlay: Extract<Overlay, { type: 'command' }>, key: string): AppState {
  const found = completions(state, overlay.text.value);
  const at = found.indexOf(overlay.text.value);
  // A line that is complete already goes on to the next one of the same beginning.
  const pool = at >= 0 && found.length === 1 ? completions(state, overlay.text.value.replace(/\S+$/, '')) : found;
  const here = pool.indexOf(overlay.text.value);
  const step = key === 'up' || key === 'shift-tab' ? -1 : 1;
  const next = pool[(here + step + pool.length) % pool.length];
  return next === undefined ? state : { ...state, overlay: { type: 'command', text: textState(next), choice: 0 } };
}

function execute(state: AppState, line: string): Update {
  const [name = '', ...rest] = line.trim().split(/\s+/);
  if (name === '') return update(state);
  const exact = commands.find((one) => one.name === name);
  const begun = commands.filter((one) => one.name.startsWith(name));
  const command = exact ?? (begun.length === 1 ? begun[0] : undefined);
  return command ? command.run(state, rest.join(' ')) : say(state, `There is no command :${name}; ? shows them all`);
}
