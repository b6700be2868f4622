import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Fields } from '../../../src/sandbox/api/managed/fields.ts';
import type { ManagedEntry } from '../../../src/sandbox/api/managed/managers.ts';
import { sharedEntries } from '../../../src/sandbox/api/managed/shared-fields.ts';

const part = fc.oneof(
  fc.constant('.'),
  fc.string().map((name) => `f:${name}`),
);
const nested = (depth: number): fc.Arbitrary<Fields> =>
  depth === 0 ? fc.constant({}) : fc.dictionary(part, nested(depth - 1), { maxKeys: 4, noNullPrototype: true });
const fields = nested(4);

const entryOf = (fieldsV1: Fields): ManagedEntry => ({
  manager: 'kubelet',
  operation: 'Update',
  apiVersion: 'v1',
  fieldsType: 'FieldsV1',
  fieldsV1,
});

it('entries say the same when they are shared, and equal sets of fields are one', () => {
  fc.assert(
    fc.property(fields, fields, (left, right) => {
      const [one, same, other] = sharedEntries([left, structuredClone(left), right].map(entryOf));
      expect(JSON.stringify(one)).toBe(JSON.stringify(entryOf(left)));
      expect(JSON.stringify(other)).toBe(JSON.stringify(entryOf(right)));
      expect(same?.fieldsV1).toBe(one?.fieldsV1);
    }),
  );
});
