import { expect, test } from 'vitest';
import { answerOf } from '../../src/playbooks/readings/read-source.ts';
import { figuresOf } from '../../src/playbooks/readings/reader.ts';
import { checkReadings } from '../../src/systems/check-readings.ts';
import { type Readings, readingsSchema } from '../../src/systems/reading-schema.ts';

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: they are a playbook's.

const readings: Readings = readingsSchema.parse({
  title: 'Cache',
  collect: { info: { in: 'Deployment/cache', command: ['redis-cli', 'INFO'] } },
  let: { looks: 'info.fields.hits + info.fields.misses' },
  figures: [
    { title: 'Hits', value: 'looks > 0.0 ? [100.0 * info.fields.hits / looks] : []', unit: '%', target: { least: 80 } },
    { title: 'Looks', value: 'looks', detail: '${{ string(int(looks)) }} since it runs' },
  ],
});

test('figures are worked out of what a command says, `name:value` lines as numbers', () => {
  const info = answerOf(0, '# Stats\r\nhits:9\r\nmisses:3\r\nredis_version:8.4.0\r\n', '');
  expect(info.fields).toEqual({ hits: 9, misses: 3, redis_version: '8.4.0' });
  expect(figuresOf(readings, { info })).toMatchObject([
    { title: 'Hits', value: 75, trouble: undefined },
    { title: 'Looks', value: 12, description: '12 since it runs' },
  ]);
});

test('an empty list is no figure, and what cannot be worked out says why', () => {
  expect(figuresOf(readings, { info: answerOf(0, 'hits:0\nmisses:0', '') })[0]).toMatchObject({
    value: null,
    trouble: undefined,
  });
  const refused = figuresOf(readings, { info: answerOf(1, 'NOAUTH Authentication required.', '') });
  expect(refused.map(({ value }) => value)).toEqual([null, null]);
  expect(refused[0]?.trouble).toContain('looks could not be worked out');
  expect(figuresOf(readings, undefined)).toMatchObject([{ value: null }, { value: null }]);
});

test('a wrong expression is a fault at its place before anything is read', () => {
  const [first, second] = readings.figures;
  if (!first || !second) throw new Error('two figures');
  const faults: unknown[] = [];
  checkReadings({ ...readings, figures: [first, { ...second, value: 'look', detail: '${{ looks + }}' }] }, ({ path }) =>
    faults.push(path),
  );
  expect(faults).toEqual([
    ['readings', 'figures', 1, 'value'],
    ['readings', 'figures', 1, 'detail'],
  ]);
});
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: they are a playbook's.
