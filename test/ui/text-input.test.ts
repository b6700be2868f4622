import { describe, expect, it } from 'vitest';
import { textWidth } from '../../src/ui/text.ts';
import { textInputLine } from '../../src/ui/text-input.ts';
import { insertText, textState } from '../../src/ui/text-state.ts';
import { createTheme } from '../../src/ui/theme.ts';

const theme = createTheme({ color: 3, unicode: true });
const plain = (line: string) => line.replace(/\u001b\[[0-9;]*m/g, '');

describe('a line of input', () => {
  it('does not move its placeholder when it gets the focus', () => {
    const line = (focused: boolean) =>
      plain(textInputLine({ state: textState(), width: 30, focused, placeholder: 'may be left empty', theme }));
    expect(line(true)).toBe(line(false));
  });

  it('shows the end of a text of ten thousand characters, in its width and without delay', () => {
    const state = insertText(textState('begin '), 'x日'.repeat(5000));
    const begun = performance.now();
    const line = plain(textInputLine({ state, width: 40, focused: true, theme }));
    // Measured from the beginning for each sign it takes many seconds.
    expect(performance.now() - begun).toBeLessThan(1000);
    expect(textWidth(line)).toBeLessThanOrEqual(40);
    expect(line).toMatch(/x日 $/);
  });
});
