import { expect, it } from 'vitest';
import { Problem } from '../../src/base/errors.ts';
import { readGivenInputs } from '../../src/cli/run-inputs.ts';
import { understand } from '../../src/cli/run-prompt.ts';
import { withPrompted } from '../../src/cli/run-secrets.ts';
import { resolveInputs } from '../../src/playbooks/inputs.ts';
import type { InputDefinition } from '../../src/playbooks/model.ts';

const inputs: Record<string, InputDefinition> = {
  password: { description: 'Of the database', type: 'string', sensitive: true },
};

it('a secret on the command line is refused, with every other way named and the value nowhere', () => {
  const given = readGivenInputs({ set: ['password=hunter2'] });
  try {
    resolveInputs({ ref: 'shop/up', inputs }, given);
    expect.unreachable();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const said = [error.message, ...error.evidence, ...error.next].join('\n');
    for (const way of ['on a terminal', '--set-env password=', '--set-file password=path', '--set-file password=-'])
      expect(said).toContain(way);
    expect(said).not.toContain('hunter2');
    expect(error.exitCode).toBe(2);
  }
});

it('the standard input can be one input’s only', () => {
  expect(() => readGivenInputs({ setFile: ['a=-', 'b=-'] })).toThrow('Only one --set-file can read the standard input');
});

it('nobody is asked where nobody is', async () => {
  expect(await withPrompted({ inputs }, [], false)).toEqual([]);
});

it('blanks around a typed secret are part of it', () => {
  const question = { kind: 'input', text: '', name: 'password', sensitive: true } as const;
  expect(understand(question, ' a b ')).toEqual({ kind: 'input', text: ' a b ' });
  expect(understand({ ...question, sensitive: false }, ' a b ')).toEqual({ kind: 'input', text: 'a b' });
});
