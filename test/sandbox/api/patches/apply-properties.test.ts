import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../../../src/kubernetes/object.ts';
import { equal, isObject } from '../../../../src/sandbox/api/json.ts';
import { compare } from '../../../../src/sandbox/api/managed/comparison.ts';
import { common, isEmpty, union, without } from '../../../../src/sandbox/api/managed/field-sets.ts';
import { fieldsOf } from '../../../../src/sandbox/api/managed/fields.ts';
import { mergeTypeOf } from '../../../../src/sandbox/api/managed/merge-type.ts';
import { applyConfiguration } from '../../../../src/sandbox/api/patches/apply.ts';

const type = mergeTypeOf({ group: '', version: 'v1', kind: 'Pod' });

const word = fc.constantFrom('a', 'b', 'c');
const environment = fc.uniqueArray(fc.record({ name: word, value: word }), {
  selector: ({ name }) => name,
  maxLength: 3,
});
const containers = fc.uniqueArray(fc.record({ name: word, image: word, env: environment }), {
  selector: ({ name }) => name,
  maxLength: 3,
});
const configuration = fc
  .record({ labels: fc.dictionary(word, word), containers, args: fc.array(word, { maxLength: 2 }) })
  .map(
    ({ labels, containers: list, args }): KubernetesObject => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', labels },
      spec: { containers: list.map((one) => ({ ...one, args })) },
    }),
  );

const writer = (manager: string) => ({ manager, operation: 'Apply' as const, subresource: '', time: 'now' });

function apply(live: KubernetesObject | undefined, wanted: KubernetesObject, manager: string, force = true) {
  const { object, managedFields } = applyConfiguration(live, wanted, writer(manager), {
    type,
    force,
    reset: ['status'],
  });
  return { ...object, metadata: { ...object.metadata, managedFields } } as KubernetesObject;
}

/** Everything that was wanted is there; lists may hold more. */
function contains(live: unknown, wanted: unknown): boolean {
  // Nobody owns a list without items, so it may be gone with what was in it.
  if (Array.isArray(wanted))
    return (
      wanted.length === 0 ||
      (Array.isArray(live) &&
        wanted.every((item) =>
          isObject(item) ? live.some((one) => isObject(one) && one.name === item.name && contains(one, item)) : true,
        ))
    );
  if (!isObject(wanted)) return equal(live, wanted);
  return isObject(live) && Object.entries(wanted).every(([field, value]) => contains(live[field], value));
}

describe('apply', () => {
  test('twice is once', () => {
    fc.assert(
      fc.property(configuration, configuration, (first, second) => {
        const live = apply(apply(undefined, first, 'one'), second, 'two');
        expect(apply(live, second, 'two')).toEqual(live);
      }),
    );
  });

  test('with force always leads to what was wanted', () => {
    fc.assert(
      fc.property(configuration, configuration, configuration, (first, second, third) => {
        const live = apply(apply(apply(undefined, first, 'one'), second, 'two'), third, 'one');
        expect(contains(live.spec ?? {}, third.spec)).toBe(true);
        expect(contains(live.metadata.labels, third.metadata.labels)).toBe(true);
      }),
    );
  });

  test('a lone manager’s object is exactly what it last applied', () => {
    fc.assert(
      fc.property(configuration, configuration, (first, second) => {
        const live = apply(apply(undefined, first, 'one'), second, 'one');
        expect(live.metadata.labels ?? {}).toEqual(second.metadata.labels);
        expect(contains(second.spec, live.spec ?? {})).toBe(true);
      }),
    );
  });

  test('changes nothing that it was given', () => {
    fc.assert(
      fc.property(configuration, configuration, (first, second) => {
        const live = apply(undefined, first, 'one');
        const before = JSON.stringify([live, second]);
        apply(live, second, 'two');
        expect(JSON.stringify([live, second])).toBe(before);
      }),
    );
  });
});

describe('sets of fields', () => {
  const fields = configuration.map((object) => fieldsOf(object, type));

  test('what is taken away is not in it any more', () => {
    fc.assert(
      fc.property(fields, fields, (left, right) => {
        expect(isEmpty(without(left, left))).toBe(true);
        expect(isEmpty(common(without(left, right), right))).toBe(true);
        expect(without(union(left, right), right)).toEqual(without(left, right));
      }),
    );
  });

  test('equal objects differ in no field', () => {
    fc.assert(
      fc.property(configuration, (object) => {
        expect(compare(object, JSON.parse(JSON.stringify(object)), type)).toEqual({
          changed: undefined,
          removed: undefined,
        });
      }),
    );
  });
});
