import { expect, test } from 'vitest';
import { withoutNulls } from '../../../src/playbooks/steps/check/without-nulls.ts';

test('a field that is null is as one that is not there, and what else there is stays', () => {
  const slice = {
    kind: 'EndpointSlice',
    endpoints: null,
    ports: [{ port: 8080, name: null }],
    metadata: { name: 'web' },
  };
  expect(withoutNulls([slice])).toEqual([
    { kind: 'EndpointSlice', ports: [{ port: 8080 }], metadata: { name: 'web' } },
  ]);
  expect(Object.keys(withoutNulls(slice))).toEqual(['kind', 'ports', 'metadata']);
  expect(withoutNulls({ values: [1, null, ''], none: false })).toEqual({ values: [1, null, ''], none: false });
  expect(withoutNulls(null)).toBeNull();
});
