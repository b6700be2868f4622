import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldDifferences } from '../../src/kubernetes/field-diff.ts';
import { formatPath } from '../../src/yaml/path.ts';

const shown = (before: unknown, after: unknown) =>
  fieldDifferences(before, after).map(({ path, before, after }) => [formatPath(path), before, after]);

describe('the fields in which two objects differ', () => {
  it('are named down to the leaf, items of lists by what tells them apart', () => {
    const pod = (image: string, port: number) => ({
      spec: {
        containers: [
          { name: 'side', image: 'x' },
          { name: 'backend', image, ports: [{ containerPort: port }] },
        ],
      },
    });
    expect(shown(pod('a:1', 80), pod('a:2', 80))).toEqual([['spec.containers[name=backend].image', 'a:1', 'a:2']]);
    expect(shown(pod('a:1', 80), pod('a:1', 81))).toEqual([
      ['spec.containers[name=backend].ports[containerPort=80]', { containerPort: 80 }, undefined],
      ['spec.containers[name=backend].ports[containerPort=81]', undefined, { containerPort: 81 }],
    ]);
  });

  it('of an item that came are its fields, without the name that stands in the path', () => {
    expect(shown({ env: [] }, { env: [{ name: 'LEVEL', value: 'low' }] })).toEqual([
      ['env[name=LEVEL].value', undefined, 'low'],
    ]);
  });

  it('hold a list of plain values as one', () => {
    expect(shown({ args: ['a', 'b'] }, { args: ['a', 'c'] })).toEqual([['args', ['a', 'b'], ['a', 'c']]]);
  });

  it('tell another order of the same items', () => {
    const a = { name: 'a' };
    const b = { name: 'b' };
    expect(shown({ containers: [a, b] }, { containers: [b, a] })).toEqual([['containers', ['a', 'b'], ['b', 'a']]]);
  });

  it('tell ports of one number apart by their names', () => {
    const ports = (name: string) => ({
      ports: [
        { port: 53, name: 'tcp' },
        { port: 53, name },
      ],
    });
    expect(shown(ports('udp'), ports('dns')).map(([path]) => path)).toEqual([
      'ports[name=udp].port',
      'ports[name=dns].port',
    ]);
  });

  const leaf = fc.oneof(fc.string({ maxLength: 3 }), fc.integer({ min: 0, max: 3 }), fc.boolean(), fc.constant(null));
  const { value: any } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 4, depthSize: 'small' }, leaf, tie('map'), tie('list')),
    map: fc.dictionary(fc.constantFrom('name', 'ports', 'env', 'port', 'a', '__proto__'), tie('value'), { maxKeys: 4 }),
    list: fc.array(tie('value'), { maxLength: 4 }),
  }));

  const value = any.map((one) => JSON.parse(JSON.stringify(one)) as unknown);

  it('are none exactly when both are equal', () => {
    fc.assert(
      fc.property(value, value, (before, after) => {
        expect(fieldDifferences(before, after).length === 0).toBe(isDeepStrictEqual(before, after));
        expect(fieldDifferences(before, structuredClone(before))).toEqual([]);
      }),
    );
  });

  it('are the same the other way round, with both sides changed over', () => {
    const sorted = (list: ReturnType<typeof fieldDifferences>) =>
      list.map((one) => JSON.stringify([one.path, one.before, one.after])).sort();
    fc.assert(
      fc.property(value, value, (before, after) => {
        const back = fieldDifferences(after, before).map((one) => ({ ...one, before: one.after, after: one.before }));
        expect(sorted(back)).toEqual(sorted(fieldDifferences(before, after)));
      }),
    );
  });

  it('name no path twice', () => {
    fc.assert(
      fc.property(value, value, (before, after) => {
        const paths = fieldDifferences(before, after).map(({ path }) => JSON.stringify(path));
        expect(new Set(paths).size).toBe(paths.length);
      }),
    );
  });
});
