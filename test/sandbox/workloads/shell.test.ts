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
