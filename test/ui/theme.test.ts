import { describe, expect, it } from 'vitest';
import { textWidth } from '../../src/ui/text.ts';
import { createTheme, detectTheme } from '../../src/ui/theme.ts';

describe('the theme', () => {
  it.each([
    [{ TERM: 'xterm-256color', LANG: 'C' }, 2, false],
    [{ TERM: 'xterm-256color', LANG: 'en_US.UTF-8' }, 2, true],
    [{ TERM: 'xterm-256color', LANG: 'en_US.UTF-8', LC_ALL: 'POSIX' }, 2, false],
    [{ TERM: 'tmux-256color', LC_CTYPE: 'C.utf8', COLORTERM: 'truecolor' }, 3, true],
    [{ TERM: 'screen' }, 1, true],
    [{ TERM: 'linux', LANG: 'C.UTF-8' }, 1, false],
    [{ TERM: 'dumb', LANG: 'C.UTF-8', COLORTERM: 'truecolor' }, 0, false],
    [{ TERM: 'xterm-256color', NO_COLOR: '1' }, 0, true],
  ])('of %j has colour level %i and Unicode %s', (env, color, unicode) => {
    const theme = detectTheme(env);
    expect(theme.color).toBe(color);
    expect(theme.unicode).toBe(unicode);
  });

  it('has signs of ASCII only where there is no Unicode, and one column each', () => {
    const { symbols, border, chart } = createTheme({ color: 0, unicode: false });
    const { enter, ...single } = symbols;
    const signs = [...Object.values(single).flat(), ...Object.values(border), ...chart];
    for (const sign of signs) {
      expect(sign).toMatch(/^[\x20-\x7e]$/);
      expect(textWidth(sign)).toBe(1);
    }
    expect(enter).toMatch(/^[\x20-\x7e]+$/);
  });

  it('writes no escape without colours', () => {
    const theme = createTheme({ color: 0, unicode: true });
    for (const style of Object.values(theme))
      if (typeof style === 'function') expect(style('x')).not.toContain('\u001b');
  });
});
