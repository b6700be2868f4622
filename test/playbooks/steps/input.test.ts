import { describe, expect, it } from 'vitest';
import { Problem } from '../../../src/base/errors.ts';
import type { Answer, Question } from '../../../src/playbooks/runs/question.ts';
import type { StepContext } from '../../../src/playbooks/step-kind.ts';
import { inputStep } from '../../../src/playbooks/steps/input.ts';
import { results, tryRun } from '../runs/engine.ts';

type Asked = Parameters<typeof inputStep.run>[0]['input'];

interface Answers {
  /** What is typed, one after the other; without any nobody is there. */
  typed?: string[];
  inputs?: Record<string, unknown>;
  secrets?: Record<string, string>;
}

/** Runs an `input` step without a cluster. */
async function ask(input: Asked, { typed, inputs = {}, secrets = {} }: Answers = {}) {
  const asked: Question[] = [];
  const hidden: string[] = [];
  const left = [...(typed ?? [])];
  const context = {
    scope: { inputs },
    render: <T>(value: T) => value,
    secret: (name: string) => secrets[name],
    hide: (value: string) => void hidden.push(value),
    give(name: string, value: string) {
      secrets[name] = value;
    },
    async ask(question: Question): Promise<Answer> {
      asked.push(question);
      const text = left.shift();
      if (text === undefined) throw new Problem('There is nobody to answer', { where: question.text });
      return question.kind === 'choice' ? { kind: 'choice', value: text } : { kind: 'input', text };
    },
  } as unknown as StepContext;
  const result = await inputStep.run({ input }, context);
  return { result, asked, hidden, secrets };
}

describe('an input step', () => {
  it('asks, and what is typed is its output, of its type', async () => {
    const { result, asked } = await ask(
      { name: 'port', text: 'Which port?', type: 'number', default: 80 },
      { typed: ['8080'] },
    );
    expect(asked).toEqual([{ kind: 'input', text: 'Which port?', name: 'port', initial: '80' }]);
    expect(result.outputs).toEqual({ value: 8080 });
  });

  it('asks again with the reason until the answer can be taken', async () => {
    const input = {
      name: 'code',
      text: 'Code?',
      details: ['It is in the mail'],
      pattern: '[0-9]{3}',
      hint: 'three digits',
    };
    const { result, asked } = await ask(input, { typed: ['', 'abc', '123'] });
    expect(result.outputs).toEqual({ value: '123' });
    expect(asked.map((question) => question.kind !== 'failure' && question.details)).toEqual([
      ['It is in the mail'],
      ['It is in the mail', 'That cannot be taken: it must not be empty'],
      ['It is in the mail', 'That cannot be taken: three digits'],
    ]);
  });

  it('takes its default, or nothing, when nothing is typed', async () => {
    const { result } = await ask({ name: 'a', text: 'A?', default: 'x' }, { typed: [''] });
    expect(result.outputs).toEqual({ value: 'x' });
    const { result: empty } = await ask({ name: 'a', text: 'A?', optional: true }, { typed: [''] });
    expect(empty.outputs).toEqual({ value: '' });
  });

  it('lets one of several be chosen', async () => {
    const { result, asked } = await ask({ name: 'size', text: 'Size?', options: ['s', 'm'] }, { typed: ['m'] });
    expect(asked[0]).toMatchObject({ kind: 'choice', choices: [{ value: 's' }, { value: 'm' }] });
    expect(result.outputs).toEqual({ value: 'm' });
  });

  it('does not ask for what the input of its name holds', async () => {
    const { result, asked } = await ask({ name: 'size', text: 'Size?' }, { inputs: { size: 'm' } });
    expect(asked).toEqual([]);
    expect(result.outputs).toEqual({ value: 'm' });
    const secret = await ask({ name: 'token', text: 'Token?', sensitive: true }, { secrets: { token: 'hunter2' } });
    expect(secret.asked).toEqual([]);
    expect(secret.result.outputs).toBeUndefined();
  });

  it('makes what is sensitive a secret, which is hidden before anything else and never put out', async () => {
    const input = { name: 'token', text: 'Token?', sensitive: true, pattern: '[a-z0-9-]{8,}' };
    const { result, asked, hidden, secrets } = await ask(input, { typed: ['short', 'hunter2-hunter2'] });
    expect(hidden).toEqual(['short', 'hunter2-hunter2']);
    expect(secrets).toEqual({ token: 'hunter2-hunter2' });
    expect(asked[0]).toMatchObject({ kind: 'input', sensitive: true });
    expect(JSON.stringify([result, asked])).not.toMatch(/hunter2|short/);
  });

  it('names the way when nobody is there', async () => {
    const problem = await ask({ name: 'size', text: 'Size?' }).catch((error: unknown) => error);
    expect(problem).toMatchObject({
      message: 'There is nobody to answer',
      next: ['Let the playbook have an input `size`, and give it before: --set size=…', 'Or run it in a terminal.'],
    });
    const secret = await ask({ name: 't', text: 'T?', sensitive: true }).catch((error: unknown) => error);
    expect((secret as Problem).next[0]).toContain('--set-env t=VARIABLE');
  });
});

describe('what lives in the process of a run alone', () => {
  it('is had again when the run is resumed, and only that', async () => {
    const steps = [{ id: 'typed', config: { volatile: true } }, { id: 'kept' }, { id: 'last' }];
    const kind = { volatile: (config: Record<string, unknown>) => config.volatile === true };
    const act =
      (fails: boolean) =>
      (_: unknown, { name }: Record<string, unknown>) => {
        if (fails && name === 'last') throw new Problem('not yet');
        return {};
      };
    const first = await tryRun({ steps, kind, act: act(true) });
    expect(results(first)).toEqual(['typed done', 'kept done', 'last failed']);
    const again = await tryRun({ steps, kind, act: act(false), folder: first.folder });
    expect(results(again).slice(3)).toEqual(['typed done', 'last done']);
  });
});

it('an input that holds none of the options, such as `ask`, leaves it to the person', async () => {
  const input = { name: 'way', text: 'Which way?', options: ['left', 'right'] };
  const { result, asked } = await ask(input, { inputs: { way: 'ask' }, typed: ['left'] });
  expect([result.outputs, asked.length]).toEqual([{ value: 'left' }, 1]);
  const given = await ask(input, { inputs: { way: 'right' } });
  expect([given.result.outputs, given.asked.length]).toEqual([{ value: 'right' }, 0]);
});
