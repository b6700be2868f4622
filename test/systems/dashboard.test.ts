import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { packageRoot } from '../../src/base/package-root.ts';
import { createBackendMetrics } from '../../src/sandbox/workloads/backend/metrics.ts';

const folder = join(packageRoot(), 'playbooks/tars/monitoring');
const text = readFileSync(join(folder, 'dashboard.json'), 'utf8');
interface Panel {
  id: number;
  type: string;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  datasource?: { type: string; uid: string };
  targets?: { refId: string; expr: string }[];
  fieldConfig?: { defaults: { unit: string } };
}
const dashboard = JSON.parse(text) as {
  uid: string;
  title: string;
  schemaVersion: number;
  time: object;
  templating: { list: { name: string; type: string }[] };
  panels: Panel[];
};
const panels = dashboard.panels.filter(({ type }) => type !== 'row');
const queries = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

it('has what Grafana needs of a dashboard that it imports', () => {
  expect(dashboard).toMatchObject({ uid: 'tars-backend', title: 'T.A.R.S.', time: { from: 'now-1h', to: 'now' } });
  expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(36);
  expect(dashboard).not.toHaveProperty('__inputs');
  const ids = dashboard.panels.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { type, title, datasource, targets, fieldConfig } of panels) {
    expect(['timeseries', 'stat'], title).toContain(type);
    // Which Prometheus is asked is chosen on the dashboard, not by an id of somebody's Grafana.
    expect(datasource, title).toEqual({ type: 'prometheus', uid: '$' + '{datasource}' });
    expect(new Set(targets?.map(({ refId }) => refId)).size, title).toBe(targets?.length);
    expect(fieldConfig?.defaults.unit, title).toBeTruthy();
  }
});

it('its panels stand beside and below each other, and none over another', () => {
  const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) => {
    expect(x + w).toBeLessThanOrEqual(24);
    return Array.from({ length: w * h }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`);
  });
  expect(new Set(cells).size).toBe(cells.length);
});

it('asks only for what the backend counts, and for what kubelets count of its pods', () => {
  const rendered = createBackendMetrics({ active: () => 0, cpuSeconds: () => 0, memoryBytes: () => 0 }).render();
  const shown = [...rendered.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name = '', type]) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );
  const ofKubelets = ['container_cpu_usage_seconds_total', 'container_memory_working_set_bytes'];
  const asked = new Set(queries.flatMap((query) => [...query.matchAll(/\b([a-z_]+)\{/g)].map(([, name]) => name)));
  expect([...asked].filter((name) => ![...shown, ...ofKubelets].includes(name ?? ''))).toEqual([]);
  for (const guide of [
    'http_requests',
    'http_request_duration',
    'rag_queries',
    'cache_hits',
    'cache_misses',
    'active_connections',
  ])
    expect(
      [...asked].some((name) => name?.startsWith(`tars_${guide}`)),
      guide,
    ).toBe(true);
});

it('its queries are whole, sum rates of counters, and stay in one namespace', () => {
  for (const query of queries) {
    for (const [open, close] of ['()', '{}', '[]'].map((pair) => [...pair]))
      expect(query.split(open ?? '').length, query).toBe(query.split(close ?? '').length);
    for (const [selector] of query.matchAll(/\{[^}]*\}/g)) expect(selector, query).toContain('namespace="$namespace"');
    for (const [, name = ''] of query.matchAll(/\b([a-z_]+_(?:total|bucket))\{/g))
      expect(query, query).toMatch(new RegExp(`rate\\(${name}\\{[^}]*\\}\\[\\$__rate_interval\\]\\)`));
  }
  expect(
    queries.filter((query) => query.includes('histogram_quantile(')).every((query) => query.includes('sum by (le)')),
  ).toBe(true);
});

it('is the same as a ConfigMap for Grafana’s sidecar', () => {
  const map = parse(readFileSync(join(folder, 'dashboard-configmap.yaml'), 'utf8'));
  expect(map.metadata.labels.grafana_dashboard).toBe('1');
  expect(map.data['tars.json']).toBe(text);
});
