import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { packageRoot } from '../../src/base/package-root.ts';

const folder = join(packageRoot(), 'playbooks', 'tartware', 'monitoring');
const text = (name: string) => readFileSync(join(folder, name), 'utf8');

test('the rules for the operator and those for a plain Prometheus are the same', () => {
  const plain = parse(text('rules.yaml')) as { groups: { rules: { alert?: string }[] }[] };
  const operator = parse(text('rules-operator.yaml')) as { spec: { groups: unknown } };
  expect(operator.spec.groups).toEqual(plain.groups);
  const alerts = plain.groups.flatMap(({ rules }) => rules.flatMap(({ alert }) => alert ?? []));
  expect(alerts).toEqual([
    'TartwareRequestRateHigh',
    'TartwareLatencyP95High',
    'TartwareLatencyP99High',
    'TartwareErrorRateHigh',
    'TartwareCpuExhausted',
    'TartwareMemoryExhausted',
    'TartwareAutoscalerAtMaximum',
    'TartwareServiceUnavailable',
  ]);
});

test('the ConfigMaps hold the dashboards of the files', () => {
  const documents = parseAllDocuments(text('dashboards.yaml')).map((one) => one.toJS() as { data: object });
  const held = documents.map(({ data }) => Object.values(data).map((one) => JSON.parse(String(one)) as unknown));
  const files = ['overview', 'services', 'infrastructure'].map((name) => [JSON.parse(text(`dashboard-${name}.json`))]);
  expect(held).toEqual(files);
});
