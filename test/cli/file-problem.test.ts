import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stateFolder } from '../../src/base/folders.ts';
import { fileProblem } from '../../src/cli/file-problem.ts';
import { finishProgram } from './program-process.ts';

test('a folder that cannot be used is said to be that, not a fault of the program', async () => {
  mkdirSync(stateFolder(), { recursive: true });
  const file = join(stateFolder(), 'a-file');
  writeFileSync(file, '');
  const { code, stderr } = await finishProgram(['sandbox'], { XDG_STATE_HOME: file });
  expect(code).toBe(1);
  expect(stderr).toContain('a part of the path is no folder');
  expect(stderr).toContain('XDG_STATE_HOME');
  expect(stderr).not.toContain('fault of tars-console');
});

test('what is no affair of the disk stays what it is', () => {
  expect(fileProblem(new TypeError('x is undefined'))).toBeUndefined();
  expect(fileProblem(Object.assign(new Error('x'), { code: 'EACCES', syscall: 'connect' }))).toBeUndefined();
  expect(fileProblem(Object.assign(new Error('x'), { code: 'ENOSPC', syscall: 'write' }))?.message).toBe(
    'A file cannot be used: no space is left on the disk',
  );
});

test('a state folder on a file system that is read-only is said to be that, with the place to name another', () => {
  const error = Object.assign(new Error('EROFS'), { code: 'EROFS', syscall: 'mkdir', path: '/state/runs' });
  const problem = fileProblem(error);
  expect(problem?.message).toBe('/state/runs cannot be used: the file system is read-only');
  expect(problem?.next.join()).toContain('XDG_STATE_HOME');
});
