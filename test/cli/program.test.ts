import { afterEach, expect, test, vi } from 'vitest';
import { commandDefinitions } from '../../src/cli/commands.ts';
import { runProgram } from '../../src/cli/program.ts';

const printed: string[] = [];
vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
vi.spyOn(process.stderr, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
afterEach(() => void printed.splice(0));

test('help names every command that a person may type and no other', async () => {
  expect(await runProgram(['--help'])).toBe(0);
  const help = printed.join('');
  for (const { usage, hidden } of commandDefinitions) {
    const [name = ''] = usage.split(' ');
    expect(new RegExp(`^  ${name}\\b`, 'm').test(help), usage).toBe(!hidden);
  }
});

test('help of a command says the defaults that are worth words', async () => {
  expect(await runProgram(['run', '--help'])).toBe(0);
  const help = printed.join('').replace(/\s+/g, ' ');
  expect(help).toContain('-h, --help');
  expect(help).toContain('--set-env <name=VARIABLE> an input from an environment variable --set-file');
  expect(help).toContain('default: "text"');
});

test.each([[['nonsense']], [['run']], [['run', 'a/b', '--output', 'xml']], [['--nonsense']]])(
  'wrong usage %j exits 2 and says what is wrong',
  async (argv) => {
    expect(await runProgram(argv)).toBe(2);
    expect(printed.join('')).toMatch(/error: /);
  },
);

test('a command that is not there is answered by what was meant', async () => {
  expect(await runProgram(['stauts', 'tars'])).toBe(2);
  expect(printed.join('')).toContain('There is no command `stauts`');
  expect(printed.join('')).toContain('Did you mean `status`?');
});

test('every command has code behind it', async () => {
  for (const definition of commandDefinitions) expect(await definition.load(), definition.usage).toBeTypeOf('function');
});
