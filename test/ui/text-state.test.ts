import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { characters, editText, insertText, textState } from '../../src/ui/text-state.ts';

const key = fc.constantFrom(
  'left',
  'right',
  'home',
  'end',
  'backspace',
  'delete',
  'ctrl-a',
  'ctrl-e',
  'ctrl-u',
  'ctrl-k',
  'ctrl-w',
  'f1',
);

describe('a line that is edited', () => {
  it('keeps its cursor inside whatever is pressed', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.array(fc.oneof(key, fc.string({ unit: 'grapheme', maxLength: 1 }))),
        (start, pressed) => {
          const clean = start.replace(/[\p{Cc}]/gu, '');
          const end = pressed.reduce(
            (state, name) => editText(state, name, name.length === 1 ? name : undefined),
            textState(clean),
          );
          expect(end.cursor).toBeGreaterThanOrEqual(0);
          expect(end.cursor).toBeLessThanOrEqual(characters(end.value).length);
        },
      ),
    );
  });

  it('edits as a shell does', () => {
    const line = textState('kubectl get pods');
    expect(editText(line, 'ctrl-w')).toEqual({ value: 'kubectl get ', cursor: 12 });
    expect(editText(editText(line, 'ctrl-a'), 'delete')).toEqual({ value: 'ubectl get pods', cursor: 0 });
    expect(editText(line, 'ctrl-u')).toEqual({ value: '', cursor: 0 });
  });

  it('takes a paste as one line without control characters', () => {
    expect(insertText(textState('a'), 'b\r\nc\u001b[31md').value).toBe('ab c[31md');
  });

  it('removes a family of emoji with one backspace', () => {
    expect(editText(textState('x👩‍👩‍👧'), 'backspace').value).toBe('x');
  });
});
