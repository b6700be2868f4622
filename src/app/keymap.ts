import type { KeyBinding } from './key-binding.ts';
import { actingKeys } from './keys-acting.ts';
import { leadingKeys } from './keys-leading.ts';
import { movingKeys } from './keys-moving.ts';
import { replayingKeys } from './keys-replaying.ts';
import { viewingKeys } from './keys-viewing.ts';
import type { Mode } from './modes.ts';
import type { AppState } from './state.ts';

/** Every key and what it does. Footer, help and the guide's table are made from this; keys of text fields are in `ui/`. */
export const keymap: readonly KeyBinding[] = [
  ...movingKeys,
  ...actingKeys,
  ...replayingKeys,
  ...viewingKeys,
  ...leadingKeys,
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
