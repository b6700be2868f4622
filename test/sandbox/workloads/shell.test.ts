import { expect, test } from 'vitest';
import { executeQuietly } from '../../../src/sandbox/workloads/shell/execute.ts';
import { createTestSystem } from './test-system.ts';

const run = (script: string, env: Record<string, string> = {}) =>
  executeQuietly(createTestSystem(env), ['sh', '-c', script], new AbortController().signal);
const output = async (script: string, env?: Record<string, string>) => (await run(script, env)).output;

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: they are the shell's.
test('quotes, variables and substitutions come out as in a POSIX shell', async () => {
  expect(await output(`A='x  y'; echo $A "$A" '$A' \${B:-none} \${#A} "$(echo a; echo b)" $((2 + 3 * 4))`)).toBe(
    'x y x  y $A none 4 a\nb 14\n',
  );
  expect(await output('F=/a/b.tar.gz; echo ${F##*/} ${F%%.*} ${F%.gz} `echo old`')).toBe(
    'b.tar.gz /a/b /a/b.tar old\n',
  );
  expect(await output('echo "$NAME is ${NAME}"; echo \\$NAME', { NAME: 'tars' })).toBe('tars is tars\n$NAME\n');
});

// biome-ignore-end lint/suspicious/noTemplateCurlyInString: they are the shell's.

test('lists, conditions and loops', async () => {
  expect(await output('false && echo no || echo yes; ! true || echo not; true; echo $?')).toBe('yes\nnot\n0\n');
  expect(await output('for i in 1 2 3; do if [ $i -eq 2 ]; then continue; fi; echo $i; done')).toBe('1\n3\n');
  expect(await output('i=0; while [ $i -lt 3 ]; do i=$((i+1)); echo $i; done | tail -n 1')).toBe('3\n');
  expect(await output('case web-1 in web-*) echo web;; *) echo other;; esac')).toBe('web\n');
  expect(await output('f() { echo "got $1"; return 4; }; f x; echo $?')).toBe('got x\n4\n');
  expect(await output('until true; do echo never; done; (exit 3); echo $?')).toBe('3\n');
});

test('pipes, files and heredocs', async () => {
  expect(await output('echo one > /tmp/f; echo two >> /tmp/f; cat < /tmp/f | wc -l; cat /tmp/f | grep -v one')).toBe(
    '2\ntwo\n',
  );
  expect(await output('cat <<EOF\nhello $NAME\nEOF', { NAME: 'x' })).toBe('hello x\n');
  expect(await output('mkdir -p /d/e && touch /d/e/a.txt /d/e/b.txt && ls /d/e && echo /d/e/*.txt')).toBe(
    'a.txt\nb.txt\n/d/e/a.txt /d/e/b.txt\n',
  );
  expect(await output('printf "%s=%d\\n" a 1 b 2 | sort -r | sed s/=/:/')).toBe('b:2\na:1\n');
});

test('exit codes are those of a real shell', async () => {
  expect((await run('exit 3')).exitCode).toBe(3);
  expect(await run('nosuch')).toEqual({ exitCode: 127, output: 'sh: nosuch: not found\n' });
  expect((await run('set -e; false; echo no')).output).toBe('');
  expect((await run('cat /nothing')).exitCode).toBe(1);
  expect((await run('if')).exitCode).toBe(2);
  await expect(executeQuietly(createTestSystem(), ['nosuch'], new AbortController().signal)).rejects.toThrow(
    'exec: "nosuch": executable file not found in $PATH',
  );
});

test('a loop without end lets others live, and ends with its container', async () => {
  const ending = new AbortController();
  const endless = executeQuietly(createTestSystem(), ['sh', '-c', 'while true; do :; done'], ending.signal);
  setTimeout(() => ending.abort(), 20);
  expect((await endless).exitCode).toBe(137);
});

test('tar packs and unpacks what it packed', async () => {
  expect(
    await output(
      'mkdir -p /a/b; echo x > /a/b/c; tar cf - -C / a | tar xf - -C /tmp; cat /tmp/a/b/c; tar cf /t.tar a; tar tf /t.tar',
    ),
  ).toBe('x\na/\na/b/\na/b/c\n');
});

test.each([
  ['a function that calls itself', 'f() { f; }; f; echo on', 'sh: Cannot fork\n'],
  ['an expression that tries for ever', `echo ${'a'.repeat(60)}! | grep -E '^(a+)+$'`, 'takes too long'],
  ['an expression that is none', "echo a | grep -E '('", 'grep: bad regular expression\n'],
  ['a pattern of many stars', `case ${'a'.repeat(4000)}b in *a*a*a*a*a*a*a*a*c) echo yes;; *) echo no;; esac`, 'no\n'],
  ['a range that runs backwards', 'case b in [z-a]) echo yes;; *) echo no;; esac', 'no\n'],
  [
    'a program named as a property of all objects',
    'constructor; toString; __proto__; echo $((constructor)); test a constructor b',
    'not found',
  ],
])('%s ends with what a real shell could say', async (_, script, words) => {
  const started = performance.now();
  expect(await output(script)).toContain(words);
  expect(performance.now() - started).toBeLessThan(10_000);
});

test('what is captured is bounded', async () => {
  expect(await output('A=$(seq 1 3000000); echo "status $?"')).toBe('status 141\n');
});

test('a bomb of forks stays small, and ends with its container', async () => {
  const ending = new AbortController();
  const bomb = executeQuietly(createTestSystem(), ['sh', '-c', 'f() { f | f & f; }; f'], ending.signal);
  setTimeout(() => ending.abort(), 200);
  expect([2, 137]).toContain((await bomb).exitCode);
});

test('files have room for so much and no more, and what is removed makes room', async () => {
  const grow = 'seq 1 100000 > /a; for i in 1 2 3 4 5 6; do cat /a /a > /b; mv /b /a; done';
  expect(await output(`${grow}; for i in 1 2 3 4 5; do cp /a /c; rm /c; done; echo ok`)).toBe('ok\n');
  const more = 'tar cf /a.tar a; for i in 1 2 3 4; do mkdir /d$i; tar xf /a.tar -C /d$i; done';
  expect(await output(`${grow}; cd /; ${more}`)).toContain('No space left on device');
});
