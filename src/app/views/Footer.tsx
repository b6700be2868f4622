import { Text } from 'ink';
import { printableLine } from '../../base/printable.ts';
import { bannerLine } from '../../ui/banner.ts';
import { keyHintsLine } from '../../ui/key-hints.ts';
import { fitTo } from '../../ui/text.ts';
import { textInputLine } from '../../ui/text-input.ts';
import type { Theme } from '../../ui/theme.ts';
import { useSpinner } from '../../ui/use-spinner.ts';
import { useTheme } from '../../ui/use-theme.ts';
import { completions } from '../commands.ts';
import { footerBindings } from '../keymap.ts';
import { modeOf } from '../modes.ts';
import type { AppState } from '../state.ts';
import { useAppState } from '../use-app.ts';

/** The last line: what is being typed, else what just happened, else what is waited for, else the keys that count now. */
export function Footer({ width }: { width: number }) {
  const theme = useTheme();
  const state = useAppState((all) => all);
  const spinner = useSpinner(state.busy !== undefined);
  return <Text wrap="truncate">{footerLine(state, width, theme, spinner)}</Text>;
}

function footerLine(state: AppState, width: number, theme: Theme, spinner: string): string {
  const { overlay, notice, busy } = state;
  if (overlay?.type === 'command') return commandLine(state, overlay.text, width, theme);
  if (overlay?.type === 'filter') {
    return ` ${theme.accent('/')}${textInputLine({ state: overlay.text, width: width - 4, focused: true, theme })}`;
  }
  if (notice) return bannerLine(notice.tone, printableLine(notice.text), width, theme);
  if (busy) return theme.accent(fitTo(` ${spinner} ${printableLine(busy)}`, width));
  if (modeOf(state) === 'form') return keyHintsLine(formHints(theme), width, theme);
  const hints = footerBindings(modeOf(state), state).map(({ id, label, hint, hintNow }) => ({
    key: keyLabel(label, theme),
    description: hintNow?.(state) ?? hint,
    keep: id === 'back',
  }));
  return keyHintsLine(hints, width, theme);
}

/** How a key's label is written where its sign is lacking. */
function keyLabel(label: string, theme: Theme): string {
  if (theme.unicode) return label;
  return label
    .replace('⏎', 'Enter')
    .replace('↑↓', 'Up/Dn')
    .replace('←→', 'Lt/Rt')
    .replace('→', 'Right')
    .replace('↓', 'Down');
}

function formHints(theme: Theme) {
  return [
    { key: keyLabel('↑↓', theme), description: 'field' },
    { key: keyLabel('⏎', theme), description: 'next' },
    { key: keyLabel('←→', theme), description: 'choose' },
    { key: 'PgDn', description: 'to the plan' },
    { key: 'esc', description: 'back', keep: true },
    { key: 'ctrl-c', description: 'quit' },
  ];
}

function commandLine(
  state: AppState,
  text: Parameters<typeof textInputLine>[0]['state'],
  width: number,
  theme: Theme,
): string {
  const typed = Math.max(16, text.value.length + 2);
  const input = textInputLine({ state: text, width: Math.min(typed, width - 4), focused: true, theme });
  const offers = completions(state, text.value)
    .filter((one) => one !== text.value.trim())
    .map((one) => one.split(' ').at(-1) ?? one)
    .join('  ');
  const room = width - typed - 8;
  return ` ${theme.accent(':')}${input}${room > 10 ? theme.dim(`   ${fitTo(offers, room)}`) : ''}`;
}
