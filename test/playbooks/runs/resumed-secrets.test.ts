import { expect, test } from 'vitest';
import { Problem } from '../../../src/base/errors.ts';
import { results, stepsOf, type Trial, type Tried, tryRun } from './engine.ts';

const template = (expression: string) => `\${{ ${expression} }}`;
const secret = 'correct-horse-battery';

/** A list of accounts with their passwords, read from the secret that was given with the run. */
const each = {
  id: 'each',
  kind: 'foreach',
  config: { foreach: template('steps.accounts.outputs.list') },
  steps: stepsOf([{ id: 'one', config: { password: template('item.password') } }]),
};

function trial(names: string[], { broken = '', kind = 'look' as 'look' | 'act', folder }: Options): Trial & Seen {
  const seen: string[] = [];
  return {
    seen,
    ...(folder === undefined ? {} : { folder }),
    secrets: { password: secret },
    steps: [{ id: 'accounts', kind }, each],
    kind: { effects: 'cluster' },
    act(context, { password }) {
      const list = names.map((name) => ({ name, password: `${secret}-${name}` }));
      if (password === undefined) return { outputs: { list } };
      const value = String(context.render(password));
      if (value.endsWith(`-${broken}`)) throw new Problem('it broke');
      seen.push(value);
      return {};
    },
  };
}

interface Options {
  broken?: string;
  kind?: 'look' | 'act';
  folder?: string;
}
interface Seen {
  seen: string[];
}

function problems({ records }: Tried): string[] {
  return records.flatMap((record) => (record.type === 'step-result' ? (record.problem?.message ?? []) : []));
}

test('a resumed foreach whose items hold secrets is run with the secrets, not with what hides them', async () => {
  const first = await tryRun(trial(['a', 'b'], { broken: 'b' }));
  expect(JSON.stringify(first.records)).not.toContain(secret);
  const again = trial(['a', 'b'], { folder: first.folder });
  const resumed = await tryRun(again);
  expect(resumed.status).toBe('done');
  expect(again.seen).toEqual([`${secret}-b`]);
  expect(results(resumed).slice(-3)).toEqual(['each/b/one done', 'each/b done', 'each done']);
});

test('where such items are others by now the run stops and names both', async () => {
  const { folder } = await tryRun(trial(['a', 'b'], { broken: 'b' }));
  const other = trial(['a', 'c'], { folder });
  const resumed = await tryRun(other);
  expect(other.seen).toEqual([]);
  expect(resumed.status).toBe('failed');
  expect(resumed.records.at(-1)).toMatchObject({
    step: 'each',
    problem: { evidence: ['it began with: each/a, each/b', 'now: each/a, each/c'] },
  });
});

test('a secret that only an earlier process knew is missed in a sentence; what hides it is never used', async () => {
  const { folder } = await tryRun(trial(['a', 'b'], { broken: 'b', kind: 'act' }));
  const again = trial(['a', 'b'], { kind: 'act', folder });
  const resumed = await tryRun(again);
  expect(again.seen).toEqual([]);
  expect(problems(resumed).at(-1)).toBe(
    'A secret that this step needs was known to an earlier process of this run alone',
  );
});

test('items without secrets stay those that it began with, and that is said where they would be others', async () => {
  const steps = [
    { ...each, config: { foreach: template('inputs.names.split(" ")') }, steps: stepsOf([{ id: 'one' }]) },
  ];
  const act = (broken: boolean) => () => {
    if (broken) throw new Problem('not yet');
    return {};
  };
  const first = await tryRun({ steps, act: act(true), inputs: { names: 'a b' } });
  const resumed = await tryRun({ steps, act: act(false), inputs: { names: 'a c' }, folder: first.folder });
  expect(results(resumed).slice(-5)).toEqual([
    ...['each/a/one done', 'each/a done', 'each/b/one done', 'each/b done', 'each done'],
  ]);
  expect(resumed.events).toContainEqual(
    expect.objectContaining({
      line: 'It goes on with the items that it began with; by now they would be others',
    }),
  );
});
