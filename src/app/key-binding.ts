import type { Mode } from './modes.ts';
import type { AppState } from './state.ts';

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
  'offer',
  'replay',
  'report',
  'pause',
  'faster',
  'slower',
  'step-on',
  'copy',
  'copy-url',
  'open-url',
  'forward',
  'next-point',
  'other-source',
  'again',
  'reveal',
  'tick',
  'export',
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
  /** What the footer says instead, where the key does different things at different times. */
  hintNow?: (state: AppState) => string;
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
