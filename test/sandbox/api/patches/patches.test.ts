import fc from 'fast-check';
import { applyPatch as peerPatch } from 'fast-json-patch';
import { describe, expect, test } from 'vitest';
import { mergeTypeOf } from '../../../../src/sandbox/api/managed/merge-type.ts';
import { applyJsonPatch } from '../../../../src/sandbox/api/patches/json-patch.ts';
import { applyMergePatch } from '../../../../src/sandbox/api/patches/merge.ts';
import { applyStrategicMerge } from '../../../../src/sandbox/api/patches/strategic.ts';

const kinds = { Pod: { group: '', version: 'v1' }, Deployment: { group: 'apps', version: 'v1' } };
const typeOf = (kind: keyof typeof kinds) => mergeTypeOf({ ...kinds[kind], kind });

describe('merge patch', () => {
  // The table of RFC 7386, appendix A.
  test.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j with %j is %j', (target, patch, result) => {
    expect(applyMergePatch(target, patch)).toEqual(result);
  });

  test('twice is once', () => {
    fc.assert(
      fc.property(fc.object(), fc.object({ withNullPrototype: false }), (target, patch) => {
        const once = applyMergePatch(target, patch);
        expect(applyMergePatch(once, patch)).toEqual(once);
      }),
    );
  });

  test('a field called __proto__ is a field', () => {
    const merged = applyMergePatch({}, JSON.parse('{"__proto__":{"polluted":true}}')) as Record<string, unknown>;
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(Object.hasOwn(merged, '__proto__')).toBe(true);
  });
});

describe('JSON patch', () => {
  test('does what another implementation does', () => {
    const key = fc.constantFrom('a', 'b');
    const document = fc.dictionary(key, fc.oneof(fc.integer(), fc.array(fc.integer(), { maxLength: 3 })));
    const path = fc.constantFrom('/a', '/b', '/a/0', '/b/1', '/a/-');
    const operation = fc.oneof(
      fc.record({ op: fc.constantFrom('add', 'replace'), path, value: fc.integer() }),
      fc.record({ op: fc.constant('remove'), path }),
      fc.record({ op: fc.constantFrom('move', 'copy'), path, from: path }),
    );
    fc.assert(
      fc.property(document, fc.array(operation, { maxLength: 3 }), (target, operations) => {
        let expected: unknown;
        try {
          const copied = JSON.parse(JSON.stringify(target));
          expected = peerPatch(copied, operations as never, true).newDocument;
        } catch {
          return;
        }
        // The peer takes a path through a number for one that is there; RFC 6902 does not.
        let result: unknown;
        try {
          result = applyJsonPatch(target, operations);
        } catch (error) {
          expect(error).toMatchObject({ code: 422 });
          return;
        }
        expect(result).toEqual(expected);
      }),
    );
  });

  test.each([
    [[{ op: 'test', path: '/a', value: 2 }]],
    [[{ op: 'remove', path: '/missing' }]],
    [[{ op: 'replace', path: '/missing', value: 1 }]],
    [[{ op: 'add', path: '/missing/deep', value: 1 }]],
    [[{ op: 'add', path: '/list/7', value: 1 }]],
    [[{ op: 'frob', path: '/a' }]],
  ])('%j is 422 and changes nothing', (operations) => {
    const target = { a: 1, list: [1] };
    expect(() => applyJsonPatch(target, operations)).toThrow(expect.objectContaining({ code: 422 }));
    expect(target).toEqual({ a: 1, list: [1] });
  });
});

describe('strategic merge', () => {
  const containers = {
    spec: {
      template: {
        spec: {
          containers: [
            { name: 'a', image: '1' },
            { name: 'b', image: '1' },
          ],
        },
      },
    },
  };
  const at = (list: unknown) => ({ spec: { template: { spec: list } } });
  const merge = (patch: unknown) => applyStrategicMerge(containers, patch as never, typeOf('Deployment'));

  test('merges items by their key and adds new ones', () => {
    expect(merge(at({ containers: [{ name: 'b', image: '2' }, { name: 'c' }] }))).toEqual(
      at({ containers: [{ name: 'a', image: '1' }, { name: 'b', image: '2' }, { name: 'c' }] }),
    );
  });

  test('deletes an item, replaces a list, puts it in order', () => {
    expect(merge(at({ containers: [{ name: 'a', $patch: 'delete' }] }))).toEqual(
      at({ containers: [{ name: 'b', image: '1' }] }),
    );
    expect(merge(at({ containers: [{ $patch: 'replace' }, { name: 'z' }] }))).toEqual(
      at({ containers: [{ name: 'z' }] }),
    );
    expect(merge(at({ '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] }))).toEqual(
      at({
        containers: [
          { name: 'b', image: '1' },
          { name: 'a', image: '1' },
        ],
      }),
    );
  });

  test('retains only the keys that are named', () => {
    const target = { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } };
    const patch = { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } };
    expect(applyStrategicMerge(target, patch, typeOf('Deployment'))).toEqual({
      spec: { strategy: { type: 'Recreate' } },
    });
  });

  test('takes words out of a plain list and null out of a map', () => {
    const target = { metadata: { finalizers: ['a', 'b'], labels: { x: '1', y: '2' } } };
    const patch = { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'], labels: { x: null } } };
    expect(applyStrategicMerge(target, patch, typeOf('Pod'))).toEqual({
      metadata: { finalizers: ['b'], labels: { y: '2' } },
    });
  });

  test('a list without keys is replaced', () => {
    const target = { spec: { tolerations: [{ key: 'a' }] } };
    const patch = { spec: { tolerations: [{ key: 'b' }] } };
    expect(applyStrategicMerge(target, patch, typeOf('Pod'))).toEqual(patch);
  });

  test('twice is once, whatever is merged', () => {
    const list = fc.uniqueArray(fc.record({ name: fc.constantFrom('a', 'b', 'c'), image: fc.string() }), {
      selector: ({ name }) => name,
    });
    fc.assert(
      fc.property(list, list, (target, patch) => {
        const type = typeOf('Pod');
        const once = applyStrategicMerge({ spec: { containers: target } }, { spec: { containers: patch } }, type);
        expect(applyStrategicMerge(once, { spec: { containers: patch } }, type)).toEqual(once);
      }),
    );
  });
});
