import { describe, expect, it } from 'vitest';
import { type InkKey, keyPresses } from '../../src/app/key-press.ts';

const none: InkKey = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageDown: false,
  pageUp: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  ctrl: false,
  shift: false,
  tab: false,
  backspace: false,
  delete: false,
  meta: false,
};
const names = (input: string, key: Partial<InkKey> = {}) =>
  keyPresses(input, { ...none, ...key }).map(({ name }) => name);

describe('keys', () => {
  it('that arrive in one packet come apart in their order', () => {
    expect(names('jj\r')).toEqual(['j', 'j', 'enter']);
    expect(names('a\tb\u007f\u0003')).toEqual(['a', 'tab', 'b', 'backspace', 'ctrl-c']);
  });

  it('behind an escape in the same packet are an escape and the key', () => {
    expect(names('q', { meta: true })).toEqual(['esc', 'q']);
    expect(names('', { meta: true, downArrow: true })).toEqual(['esc', 'down']);
    expect(names('', { meta: true, escape: true })).toEqual(['esc']);
  });

  it('with modifiers have names of their own', () => {
    expect(names('c', { ctrl: true })).toEqual(['ctrl-c']);
    expect(names('', { tab: true, shift: true })).toEqual(['shift-tab']);
  });

  it('type what they say, an emoji as one', () => {
    expect(keyPresses('ä👍', none)).toEqual([
      { name: 'ä', text: 'ä' },
      { name: '👍', text: '👍' },
    ]);
  });
});
