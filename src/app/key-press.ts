/** One key as the key table names it: `up`, `enter`, `shift-tab`, `ctrl-c`, or the character itself. */
export interface KeyPress {
  name: string;
  /** What it types, for keys that type something. */
  text?: string;
}

/** What Ink says about an input event, as far as it counts here. */
export interface InkKey {
  upArrow: boolean;
  downArrow: boolean;
  leftArrow: boolean;
  rightArrow: boolean;
  pageDown: boolean;
  pageUp: boolean;
  home: boolean;
  end: boolean;
  return: boolean;
  escape: boolean;
  ctrl: boolean;
  shift: boolean;
  tab: boolean;
  backspace: boolean;
  delete: boolean;
  meta: boolean;
}

const named: readonly [keyof InkKey, string][] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'page-up'],
  ['pageDown', 'page-down'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'esc'],
  ['backspace', 'backspace'],
  ['delete', 'delete'],
];

/**
 * The keys in one input event. A slow line delivers several in one packet, which Ink hands over as one string; here they
 * come apart again. `Esc` and the key behind it arrive looking like Alt and that key: nobody uses Alt here, so they are two.
 */
export function keyPresses(input: string, key: InkKey): KeyPress[] {
  const before: KeyPress[] = key.meta && !key.escape ? [{ name: 'esc' }] : [];
  if (key.tab) return [...before, { name: key.shift ? 'shift-tab' : 'tab' }];
  for (const [flag, name] of named) if (key[flag]) return [...before, { name }];
  if (key.ctrl && input.length === 1) return [...before, { name: `ctrl-${input}` }];
  return [...before, ...Array.from(input, characterKey)];
}

function characterKey(character: string): KeyPress {
  const code = character.codePointAt(0) ?? 0;
  if (character === '\r' || character === '\n') return { name: 'enter' };
  if (character === '\t') return { name: 'tab' };
  if (character === '\u007f' || character === '\b') return { name: 'backspace' };
  if (character === '\u001b') return { name: 'esc' };
  if (code < 32) return { name: `ctrl-${String.fromCharCode(code + 96)}` };
  return { name: character, text: character };
}
