import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../../src/base/errors.ts';
import { defineInput } from '../../../src/playbooks/input-schema.ts';
import { calledInputs, inputFault, isAsked, parseInput, resolveInputs } from '../../../src/playbooks/inputs.ts';
import type { InputDefinition } from '../../../src/playbooks/model.ts';

const define = (definition: Partial<InputDefinition>): InputDefinition => ({
  description: 'd',
  type: 'string',
  ...definition,
});
const inputs = {
  registry: define({ default: 'docker.io' }),
  rate: define({ type: 'number', default: 200, minimum: 1, maximum: 1000 }),
  force: define({ type: 'boolean', default: false }),
  email: define({ format: 'email', optional: true }),
  color: define({ options: ['red', 'green'], default: 'red' }),
  name: define({ pattern: '[a-z]+', hint: 'small letters only' }),
  secret: define({ sensitive: true, generate: { bytes: 32, encoding: 'base64' } }),
};
const playbook = { ref: 'a/b', inputs };

function faults(
  ...given: [name: string, value: unknown, source?: 'set' | 'set-env' | 'set-file' | 'file'][]
): readonly string[] {
  try {
    resolveInputs(
      playbook,
      given.map(([name, value, source = 'set']) => ({ name, value, source })),
    );
    return [];
  } catch (error) {
    expect((error as Problem).exitCode).toBe(2);
    return (error as Problem).evidence;
  }
}

describe('the inputs of a run', () => {
  it('are given ones of the right types, then defaults', () => {
    const { values, secrets } = resolveInputs(playbook, [
      { name: 'rate', value: '250', source: 'set' },
      { name: 'force', value: 'true', source: 'set-env' },
      { name: 'name', value: 'abc\n', source: 'set-file' },
      { name: 'secret', value: 'hunter2hunter2', source: 'set-env' },
    ]);
    expect(values).toEqual({ registry: 'docker.io', rate: 250, force: true, email: '', color: 'red', name: 'abc' });
    expect(secrets).toEqual({ secret: 'hunter2hunter2' });
  });

  it('of which any number may be chosen are lists, by commas on the command line and as lists in files', () => {
    const parts = define({ type: 'list', options: ['istio', 'consul', 'redis'], default: ['istio'] });
    const of = (given: unknown, one = parts) =>
      resolveInputs({ ref: 'a/b', inputs: { parts: one } }, [{ name: 'parts', value: given, source: 'file' }]).values
        .parts;
    expect(of('consul, redis,consul')).toEqual(['consul', 'redis']);
    expect(of(['redis'])).toEqual(['redis']);
    expect(of('', { ...parts, optional: true })).toEqual([]);
    expect(resolveInputs({ ref: 'a/b', inputs: { parts } }, []).values.parts).toEqual(['istio']);
    const refused = (given: unknown) => {
      try {
        return of(given);
      } catch (error) {
        return (error as Problem).evidence.join();
      }
    };
    expect(refused('istio,kafka')).toBe('parts: `kafka` is not among them: istio, consul, redis');
    expect(refused('')).toBe('parts: at least one must be chosen');
    expect(refused(true)).toBe('parts: a list is expected, not true');
  });

  it('of which any number may be chosen say what there is to choose, and are written in no other way', () => {
    const faultsOf = (written: object) =>
      defineInput({ description: 'd', multiple: true, ...written }).faults.map(([key, text]) => `${key}: ${text}`);
    expect(defineInput({ description: 'd', multiple: true, options: ['a', 'b'], default: ['b'] })).toMatchObject({
      definition: { type: 'list', default: ['b'] },
      faults: [],
    });
    expect(faultsOf({})).toEqual(['multiple: `options` or `choices` say what can be chosen; one is needed']);
    expect(faultsOf({ options: ['a'], default: ['b'] })).toEqual(['default: the default is not among the options: b']);
    expect(faultsOf({ options: ['a'], default: 'a' })).toEqual(['default: the default is no list']);
    expect(faultsOf({ options: ['a'], sensitive: true })).toEqual([
      'sensitive: `sensitive` and `multiple` do not go together',
    ]);
  });

  it('are refused all at once, each with its reason', () => {
    const found = faults(
      ['rate', '5000'],
      ['force', 'maybe'],
      ['email', 'admin@'],
      ['color', 'blue'],
      ['regstry', 'x'],
      ['secret', 'x'],
    );
    expect(found).toHaveLength(7);
    const text = found.join('\n');
    for (const reason of [
      'rate: it must be at most 1000',
      'force: true or false is expected',
      'email: it must be an e-mail address',
      'color: it must be one of red, green',
      'did you mean `registry`?',
      'secret is sensitive',
      'name is missing',
    ])
      expect(text).toContain(reason);
  });

  it('do not show what a sensitive one was given as', () => {
    const found = faults(['secret', 'hunter2-on-the-command-line'], ['name', 'x']);
    expect(found.join()).not.toContain('hunter2');
  });

  it('match their pattern from the first character to the last', () => {
    expect(faults(['name', 'abc\nDEF'])).toEqual(['name: small letters only']);
    expect(faults(['name', 'abc1'])).toEqual(['name: small letters only']);
  });

  it.each(['a@b.co', 'first.last+tag@mail.example.com'])('take the address %s', (address) => {
    expect(inputFault(address, inputs.email)).toBeUndefined();
  });

  it.each(['a@b', '@b.co', 'a b@c.de', 'a@b..c', 'a@-b.c', 'x"; rm -rf@b.co', 'a@b.co\nBcc: c@d.ee'])(
    'refuse the address %s',
    (address) => {
      expect(inputFault(address, inputs.email)).toBeDefined();
    },
  );

  it('are asked for only where their condition holds', () => {
    const all = { ...inputs, users: define({ type: 'number', when: 'inputs.color == "green"' }) };
    const definition = all.users;
    expect(isAsked(definition, all, { color: 'red' })).toBe(false);
    expect(isAsked(definition, all, { color: 'green' })).toBe(true);
    const missing = () =>
      resolveInputs({ ref: 'a/b', inputs: all }, [
        { name: 'name', value: 'a', source: 'set' },
        { name: 'color', value: 'green', source: 'set' },
      ]);
    expect(missing).toThrow('An input of a/b is not right');
  });

  it('go on to a called playbook by name, unless something else is passed', () => {
    const called = {
      ref: 'c/d',
      inputs: {
        registry: define({}),
        rate: define({ type: 'number', default: 1 }),
        secret: define({ sensitive: true }),
      },
    };
    expect(calledInputs(called, {}, { registry: 'r', rate: 7 })).toEqual({ registry: 'r', rate: 7 });
    expect(calledInputs(called, { rate: 9 }, { registry: 'r', rate: 7 })).toEqual({ registry: 'r', rate: 9 });
    expect(() => calledInputs(called, {}, {})).toThrow();
    const optional = { ref: 'c/d', inputs: { registry: define({ default: 'docker.io', optional: true }) } };
    expect(calledInputs(optional, {}, { registry: '' })).toEqual({ registry: '' });
  });

  it('numbers come out of texts as they went in', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        expect(parseInput(String(number), inputs.rate)).toBe(number + 0);
      }),
    );
  });
});
