import { homedir } from 'node:os';
import { expect, test } from 'vitest';
import { configFolder, runtimeFolder, stateFolder } from '../../src/base/folders.ts';

test('XDG folders are honoured when they are absolute, and ignored when not', () => {
  expect(stateFolder({ XDG_STATE_HOME: '/x/state' })).toBe('/x/state/tars-console');
  expect(stateFolder({ XDG_STATE_HOME: 'relative' })).toBe(`${homedir()}/.local/state/tars-console`);
  expect(configFolder({})).toBe(`${homedir()}/.config/tars-console`);
  expect(runtimeFolder({ XDG_RUNTIME_DIR: '/run/user/1' })).toBe('/run/user/1/tars-console');
});
