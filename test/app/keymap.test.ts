import { describe, expect, it } from 'vitest';
import { commands } from '../../src/app/commands.ts';
import { actions } from '../../src/app/key-binding.ts';
import { bindingOf, footerBindings, keymap } from '../../src/app/keymap.ts';
import { modes } from '../../src/app/modes.ts';
import { initialState } from '../../src/app/state.ts';
import { helpGroups, helpLines, helpSections } from '../../src/app/views/help-lines.ts';
import { createTheme } from '../../src/ui/theme.ts';

describe('the key table', () => {
  it('has every action, each with a description, and names no key twice in one mode', () => {
    expect(new Set(keymap.map(({ id }) => id))).toEqual(new Set(actions));
    for (const { description, hint, label, keys } of keymap)
      for (const text of [description, hint, label, ...keys]) expect(text).not.toBe('');
    for (const mode of modes) {
      const keys = keymap.filter(({ where }) => where.includes(mode)).flatMap((binding) => binding.keys);
      expect(
        keys.filter((key, index) => keys.indexOf(key) !== index),
        `keys bound twice in ${mode}`,
      ).toEqual([]);
    }
  });

  it('leads out of every mode', () => {
    for (const mode of modes) expect(bindingOf('ctrl-c', mode), mode).toBeDefined();
  });

  it('is shown by help, every binding of it and every command', () => {
    const shown = helpSections().flatMap(({ bindings }) => bindings);
    expect(new Set(shown)).toEqual(new Set(keymap));
    expect(shown.length).toBe(keymap.length);
    const text = helpLines(100, createTheme({ color: 0, unicode: true })).join('\n');
    for (const { name } of commands) expect(text).toContain(`:${name}`);
  });

  it('has every mode in a group of help', () => {
    expect(new Set(helpGroups.flatMap((group) => group.modes))).toEqual(new Set(modes));
  });

  it('keeps keys that do nothing out of the footer', () => {
    const ids = footerBindings('menu', initialState()).map(({ id }) => id);
    expect(ids).toContain('enter');
    expect(ids).not.toContain('stop');
  });

  it('asks before anything dangerous', () => {
    expect(
      keymap
        .filter(({ dangerous }) => dangerous)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(['discard', 'skip', 'stop', 'yes']);
  });
});
