/** A line that is being edited; `cursor` counts characters as the user sees them, from 0 to the end. */
export interface TextState {
  value: string;
  cursor: number;
}

const segmenter = new Intl.Segmenter();

/** What was typed so far, with the cursor behind it. */
export function textState(value = ''): TextState {
  return { value, cursor: characters(value).length };
}

/** The line after a key: editing as in a shell (ctrl-a, ctrl-e, ctrl-u, ctrl-k, ctrl-w, arrows). Other keys change nothing. */
export function editText(state: TextState, key: string, text?: string): TextState {
  const signs = characters(state.value);
  const at = (cursor: number): TextState => ({
    value: state.value,
    cursor: Math.max(0, Math.min(signs.length, cursor)),
  });
  const without = (from: number, to: number): TextState => ({
    value: [...signs.slice(0, Math.max(0, from)), ...signs.slice(to)].join(''),
    cursor: Math.max(0, from),
  });
  switch (key) {
    case 'left':
      return at(state.cursor - 1);
    case 'right':
      return at(state.cursor + 1);
    case 'home':
    case 'ctrl-a':
      return at(0);
    case 'end':
    case 'ctrl-e':
      return at(signs.length);
    case 'backspace':
      return state.cursor === 0 ? state : without(state.cursor - 1, state.cursor);
    case 'delete':
    case 'ctrl-d':
      return without(state.cursor, state.cursor + 1);
    case 'ctrl-u':
      return without(0, state.cursor);
    case 'ctrl-k':
      return without(state.cursor, signs.length);
    case 'ctrl-w':
      return without(wordStart(signs, state.cursor), state.cursor);
    default:
      return text ? insertText(state, text) : state;
  }
}

/** Puts text, typed or pasted, at the cursor; line breaks become spaces and control characters go. */
export function insertText(state: TextState, text: string): TextState {
  const clean = text.replace(/[\r\n\t]+/g, ' ').replace(/[\u0000-\u001f\u007f-\u009f]/g, '');
  const signs = characters(state.value);
  const value = [...signs.slice(0, state.cursor), clean, ...signs.slice(state.cursor)].join('');
  return { value, cursor: state.cursor + characters(clean).length };
}

/** The characters of a text as the user sees them. */
export function characters(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

function wordStart(signs: string[], cursor: number): number {
  let start = cursor;
  while (start > 0 && signs[start - 1] === ' ') start -= 1;
  while (start > 0 && signs[start - 1] !== ' ') start -= 1;
  return start;
}
