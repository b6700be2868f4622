import { expect, test } from 'vitest';
import { packageRoot } from '../../src/base/package-root.ts';
import { asTyped, programName } from '../../src/cli/program-name.ts';

test('the program is named as it can be typed where it was started', () => {
  const env = { PATH: '/usr/bin:/opt/node/bin' };
  const named = (script: string, cwd = '/home/me', more = {}) => programName({ script, cwd, env: { ...env, ...more } });
  expect(named('/opt/node/bin/tars-console')).toBe('tars-console');
  expect(named(`${packageRoot()}/bin/tars-console.js`, packageRoot())).toBe('npx tars-console');
  expect(named('/home/me/node_modules/.bin/tars-console')).toBe('npx tars-console');
  expect(named('/home/me/clone/bin/tars-console.js')).toBe('node clone/bin/tars-console.js');
  expect(named('/opt/clone/bin/tars-console.js')).toBe('node /opt/clone/bin/tars-console.js');
  // npm puts the folder of what it runs into the PATH, for that one run.
  const cached = '/home/me/.npm/_npx/0a1b/node_modules/.bin';
  expect(named(`${cached}/tars-console`, '/tmp', { npm_command: 'exec', PATH: cached })).toBe(`${cached}/tars-console`);
});

test('commands in hints are changed to that name, sentences about the program are not', () => {
  const typed = (text: string) => asTyped(text, 'npx tars-console');
  expect(typed('tars-console runs')).toBe('npx tars-console runs');
  expect(typed('See it: tars-console --sandbox status tars')).toBe('See it: npx tars-console --sandbox status tars');
  expect(typed('`tars-console validate` tells')).toBe('`npx tars-console validate` tells');
  expect(typed('A fault of tars-console itself')).toBe('A fault of tars-console itself');
  expect(typed('--field-manager=tars-console -f x')).toBe('--field-manager=tars-console -f x');
});
