import type { Mode } from './modes.ts';
import { type AppState, runIsOn } from './state.ts';

export const actions = [
  'up',
  'down',
  'first',
  'last',
  'page-up',
  'page-down',
  'enter',
  'back',
  'next-pane',
  'previous-pane',
  'plan',
  'details',
  'logs',
  'yes',
  'no',
  'switch',
  'resume',
  'discard',
  'stop',
  'retry',
  'skip',
  'filter',
  'command',
  'runs',
  'status',
  'help',
  'quit',
  'interrupt',
  'suspend',
] as const;
export type ActionName = (typeof actions)[number];

export interface KeyBinding {
  id: ActionName;
  /** Names of `key-press.ts`. */
  keys: readonly string[];
  /** How the footer writes the keys. */
  label: string;
  /** What the footer says. */
  hint: string;
  /** What help and the guide say. */
  description: string;
  where: readonly Mode[];
  /** The footer shows the smaller ones first; those without a number stand in help only. */
  footer?: number;
  /** Changes or ends something; asks first. */
  dangerous?: boolean;
  /** Why it does nothing at the moment; undefined when it does. */
  disabledReason?: (state: AppState) => string | undefined;
}

const lists = ['welcome', 'clusters', 'systems', 'menu', 'run', 'pods', 'plan', 'runs'] as const;
const scrolled = ['status', 'details', 'logs', 'step', 'help'] as const;
const choices = ['leave', 'stop', 'discard', 'question'] as const;
const panes = ['menu', 'run', 'pods', 'autoscalers', 'latency'] as const;
const quiet = [...panes, 'welcome', 'clusters', 'systems', 'plan', 'runs', ...scrolled] as const;

const noRun = (state: AppState) => (runIsOn(state) ? undefined : 'No run is going on');
const runOn = (state: AppState) =>
  runIsOn(state) ? 'A run is going on: wait for its end, or stop it with x' : undefined;
const noSystem = (state: AppState) => (state.session ? undefined : 'Choose a cluster first');

/** Every key and what it does. Footer, help and the guide's table are made from this; keys of text fields are in `ui/`. */
export const keymap: readonly KeyBinding[] = [
  {
    id: 'up',
    keys: ['up', 'k'],
    label: '↑↓',
    hint: 'move',
    description: 'one up',
    where: [...lists, ...scrolled],
    footer: 10,
  },
  {
    id: 'down',
    keys: ['down', 'j'],
    label: '↓',
    hint: 'down',
    description: 'one down',
    where: [...lists, ...scrolled],
  },
  {
    id: 'up',
    keys: ['up', 'left', 'shift-tab', 'k', 'h'],
    label: '←→',
    hint: 'choose',
    description: 'the choice before',
    where: choices,
    footer: 10,
  },
  {
    id: 'down',
    keys: ['down', 'right', 'tab', 'j', 'l'],
    label: '→',
    hint: 'next',
    description: 'the choice behind',
    where: choices,
  },
  {
    id: 'first',
    keys: ['g', 'home'],
    label: 'g',
    hint: 'first',
    description: 'to the first line',
    where: [...lists, ...scrolled],
  },
  {
    id: 'last',
    keys: ['G', 'end'],
    label: 'G',
    hint: 'last',
    description: 'to the last line',
    where: [...lists, ...scrolled],
  },
  {
    id: 'page-up',
    keys: ['page-up', 'ctrl-b', 'ctrl-u'],
    label: 'PgUp',
    hint: 'page up',
    description: 'a page up',
    where: [...lists, ...scrolled],
  },
  {
    id: 'page-down',
    keys: ['page-down', 'ctrl-f', 'ctrl-d'],
    label: 'PgDn',
    hint: 'page down',
    description: 'a page down',
    where: [...lists, ...scrolled],
  },
  {
    id: 'enter',
    keys: ['enter', 'right'],
    label: '⏎',
    hint: 'open',
    description: 'runs what is chosen: inputs, then the plan',
    where: ['menu'],
    footer: 20,
  },
  {
    id: 'enter',
    keys: ['enter'],
    label: '⏎',
    hint: 'choose',
    description: 'chooses',
    where: ['welcome', 'clusters', 'systems'],
    footer: 20,
  },
  {
    id: 'enter',
    keys: ['enter'],
    label: '⏎',
    hint: 'details',
    description: 'shows more of what is chosen',
    where: ['pods'],
    footer: 20,
  },
  {
    id: 'enter',
    keys: ['enter'],
    label: '⏎',
    hint: 'step',
    description: 'shows the step; at the end of a run, goes on',
    where: ['run'],
    footer: 20,
  },
  {
    id: 'enter',
    keys: ['enter'],
    label: '⏎',
    hint: 'press',
    description: 'presses the chosen button',
    where: ['plan'],
    footer: 15,
  },
  {
    id: 'enter',
    keys: ['enter'],
    label: '⏎',
    hint: 'watch',
    description: 'watches or shows the run',
    where: ['runs'],
    footer: 20,
  },
  {
    id: 'enter',
    keys: ['enter'],
    label: '⏎',
    hint: 'answer',
    description: 'gives the answer',
    where: choices,
    footer: 20,
  },
  {
    id: 'enter',
    keys: ['enter'],
    label: '⏎',
    hint: 'close',
    description: 'closes the message',
    where: ['problem'],
    footer: 20,
  },
  {
    id: 'switch',
    keys: ['tab', 'shift-tab', 'left', 'right'],
    label: 'tab',
    hint: 'yes/no',
    description: 'between yes and no',
    where: ['plan'],
    footer: 16,
  },
  {
    id: 'yes',
    keys: ['y'],
    label: 'y',
    hint: 'yes, run it',
    description: 'runs the plan',
    where: ['plan'],
    footer: 5,
    dangerous: true,
    disabledReason: runOn,
  },
  { id: 'no', keys: ['n'], label: 'n', hint: 'no', description: 'goes back, nothing was changed', where: ['plan'] },
  {
    id: 'yes',
    keys: ['y'],
    label: 'y',
    hint: 'yes',
    description: 'answers yes',
    where: ['question', 'stop', 'discard'],
  },
  { id: 'no', keys: ['n'], label: 'n', hint: 'no', description: 'answers no', where: ['question', 'stop', 'discard'] },
  {
    id: 'retry',
    keys: ['r'],
    label: 'r',
    hint: 'retry',
    description: 'tries a failed step again',
    where: ['question'],
  },
  {
    id: 'skip',
    keys: ['s'],
    label: 's',
    hint: 'skip',
    description: 'leaves a failed step out and goes on',
    where: ['question'],
    dangerous: true,
  },
  {
    id: 'logs',
    keys: ['L'],
    label: 'L',
    hint: 'output',
    description: 'what the failed step printed',
    where: ['question'],
  },
  {
    id: 'plan',
    keys: ['p'],
    label: 'p',
    hint: 'plan',
    description: 'shows the plan with the defaults',
    where: ['menu'],
    footer: 30,
  },
  {
    id: 'details',
    keys: ['d'],
    label: 'd',
    hint: 'details',
    description: 'events, conditions and fields of what is chosen',
    where: ['pods', 'autoscalers', 'run'],
    footer: 31,
  },
  {
    id: 'logs',
    keys: ['l'],
    label: 'l',
    hint: 'logs',
    description: 'the log of what is chosen, followed',
    where: ['pods', 'run'],
    footer: 32,
  },
  {
    id: 'stop',
    keys: ['x'],
    label: 'x',
    hint: 'stop the run',
    description: 'ends the run after what it is doing; it can be resumed',
    where: [...panes, 'step'],
    footer: 35,
    dangerous: true,
    disabledReason: noRun,
  },
  {
    id: 'resume',
    keys: ['r'],
    label: 'r',
    hint: 'resume',
    description: 'goes on with an unfinished run',
    where: ['clusters', 'runs'],
    footer: 33,
    disabledReason: runOn,
  },
  {
    id: 'discard',
    keys: ['ctrl-x'],
    label: 'ctrl-x',
    hint: 'discard',
    description: 'forgets a run; what it did stays',
    where: ['clusters', 'runs'],
    footer: 34,
    dangerous: true,
  },
  {
    id: 'next-pane',
    keys: ['tab'],
    label: 'tab',
    hint: 'pane',
    description: 'to the next pane',
    where: panes,
    footer: 40,
  },
  {
    id: 'previous-pane',
    keys: ['shift-tab'],
    label: 'shift-tab',
    hint: 'pane before',
    description: 'to the pane before',
    where: panes,
  },
  {
    id: 'filter',
    keys: ['/'],
    label: '/',
    hint: 'filter',
    description: 'only lines that contain what is typed',
    where: ['menu', 'pods'],
    footer: 50,
  },
  {
    id: 'command',
    keys: [':'],
    label: ':',
    hint: 'command',
    description: 'a command by name, with completion',
    where: quiet,
    footer: 60,
  },
  {
    id: 'runs',
    keys: ['R'],
    label: 'R',
    hint: 'runs',
    description: 'what was run: watch, resume, discard',
    where: [...panes, 'clusters'],
  },
  {
    id: 'status',
    keys: ['S'],
    label: 'S',
    hint: 'status',
    description: 'what is there of the system',
    where: panes,
    disabledReason: noSystem,
  },
  {
    id: 'help',
    keys: ['?'],
    label: '?',
    hint: 'help',
    description: 'all keys and commands',
    where: quiet.filter((mode) => mode !== 'help'),
    footer: 70,
  },
  {
    id: 'back',
    keys: ['esc', 'left'],
    label: 'esc',
    hint: 'back',
    description: 'back; clears a filter first',
    where: ['welcome', 'menu'],
    footer: 80,
  },
  {
    id: 'back',
    keys: ['esc'],
    label: 'esc',
    hint: 'back',
    description: 'back',
    where: [
      'clusters',
      'systems',
      'run',
      'pods',
      'autoscalers',
      'latency',
      'plan',
      'runs',
      ...scrolled,
      'problem',
      'form',
      'command',
      'filter',
      'leave',
      'stop',
      'discard',
    ],
    footer: 80,
  },
  {
    id: 'back',
    keys: ['esc'],
    label: 'esc',
    hint: 'later',
    description: 'looks around first; the run waits for the answer',
    where: ['question'],
    footer: 80,
  },
  {
    id: 'quit',
    keys: ['q'],
    label: 'q',
    hint: 'quit',
    description: 'leaves the console; asks while a run is on',
    where: quiet,
    footer: 90,
  },
  {
    id: 'interrupt',
    keys: ['ctrl-c'],
    label: 'ctrl-c',
    hint: 'quit',
    description: 'leaves from anywhere; asks while a run is on',
    where: ['loading', ...quiet, 'form', 'command', 'filter', ...choices, 'problem'],
  },
  {
    id: 'suspend',
    keys: ['ctrl-z'],
    label: 'ctrl-z',
    hint: 'suspend',
    description: 'back to the shell; fg comes back here',
    where: ['loading', ...quiet, 'form', 'command', 'filter', ...choices, 'problem'],
  },
];

/** The binding that a key has in a mode. */
export function bindingOf(key: string, mode: Mode): KeyBinding | undefined {
  return keymap.find((binding) => binding.where.includes(mode) && binding.keys.includes(key));
}

/** What the footer shows in a mode, most important first, the way out last. */
export function footerBindings(mode: Mode, state: AppState): KeyBinding[] {
  return keymap
    .filter(({ where, footer, disabledReason }) => footer && where.includes(mode) && !disabledReason?.(state))
    .sort((a, b) => (a.footer ?? 0) - (b.footer ?? 0));
}
