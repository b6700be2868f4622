import { describe, expect, it } from 'vitest';
import { rankPrometheus } from '../../../src/playbooks/queries/find-prometheus.ts';
import { queryLines } from '../../../src/playbooks/queries/query-lines.ts';
import { figureText, type QueryResult, verdictOf } from '../../../src/playbooks/queries/query-result.ts';
import { parseSource, placeOf } from '../../../src/playbooks/queries/query-source.ts';
import { countedFigure, histogramQuantile } from '../../../src/playbooks/steps/promql/counted-figure.ts';
import { createTheme } from '../../../src/ui/theme.ts';

const theme = createTheme({ color: 0, unicode: true });

describe('figures from what pods count', () => {
  const at = (hits: number, misses: number, pod = 'a') => ({
    pod,
    text: `hits_total{path="/q"} ${hits}\nhits_total{path="/health"} 1000\nmisses_total ${misses}\n`,
  });
  const not = { path: '/(health|ready)' };
  const share = {
    share: [{ metric: 'hits_total', not }],
    of: [{ metric: 'hits_total', not }, { metric: 'misses_total' }],
    service: 'backend:8000',
    times: 100,
  };

  it('are a part of what is new in all pods; a pod that began anew counts from nothing', () => {
    expect(countedFigure(share, [at(10, 10)], [at(40, 20)])).toBe(75);
    expect(countedFigure(share, [at(10, 10), at(90, 10, 'b')], [at(40, 20), at(10, 10, 'b')])).toBe(
      (100 * (30 + 10)) / (30 + 10 + 10 + 0),
    );
    expect(countedFigure(share, [at(10, 10)], [at(10, 10)])).toBeNull();
  });

  it('are quantiles as histogram_quantile makes them', () => {
    const buckets = new Map([
      [0.1, 50],
      [0.2, 90],
      [Number.POSITIVE_INFINITY, 100],
    ]);
    expect(histogramQuantile(0.5, buckets)).toBeCloseTo(0.1);
    expect(histogramQuantile(0.7, buckets)).toBeCloseTo(0.15);
    expect(histogramQuantile(0.95, buckets)).toBe(0.2);
    expect(histogramQuantile(0.95, new Map())).toBeNull();
  });
});

describe('a Prometheus in the cluster', () => {
  const service = (
    namespace: string,
    name: string,
    labels: Record<string, string>,
    ports: object[],
    clusterIP = '10.0.0.1',
  ) => ({
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { namespace, name, labels } },
    spec: { clusterIP, ports },
  });
  const web = [
    { name: 'http-web', port: 9090 },
    { name: 'reloader-web', port: 8080 },
  ];

  it('is found by its labels or its name, and not mistaken for what stands beside it', () => {
    const found = rankPrometheus([
      service(
        'monitoring',
        'prometheus-operated',
        { 'operated-prometheus': 'true' },
        [{ name: 'http-web', port: 9090 }],
        'None',
      ),
      service('monitoring', 'stack-kube-prometheus-stack-prometheus', { app: 'kube-prometheus-stack-prometheus' }, web),
      service(
        'monitoring',
        'stack-kube-prometheus-stack-alertmanager',
        { app: 'kube-prometheus-stack-alertmanager' },
        web,
      ),
      service(
        'monitoring',
        'stack-prometheus-node-exporter',
        { 'app.kubernetes.io/name': 'prometheus-node-exporter' },
        web,
      ),
      service('old', 'prometheus-server', { app: 'prometheus', component: 'server' }, [{ name: 'http', port: 80 }]),
      service('tars', 'backend-service', { app: 'tars-backend' }, [{ port: 8000 }]),
    ]);
    expect(found.map(({ namespace, name, port }) => `${namespace}/${name}:${port}`)).toEqual([
      'old/prometheus-server:80',
      'monitoring/stack-kube-prometheus-stack-prometheus:9090',
      'monitoring/prometheus-operated:9090',
    ]);
  });

  it('is named by a URL or a Service; the token goes to the URL alone', () => {
    const env = { TARS_CONSOLE_PROMETHEUS_TOKEN: 'abc' };
    const place = (text: string) => placeOf(parseSource(text) as Parameters<typeof placeOf>[0], env);
    expect(place('https://prometheus.example.com')).toEqual({
      url: 'https://prometheus.example.com',
      headers: { authorization: 'Bearer abc' },
    });
    expect(place('monitoring/prometheus:9090')).toEqual({ service: 'prometheus:9090', namespace: 'monitoring' });
    expect(() => parseSource('prometheus')).toThrow('`prometheus` is no place of a Prometheus');
    expect(() => parseSource('https://me:secret@example.com')).toThrow('A password does not belong into a URL');
  });
});

describe('a figure that is shown', () => {
  const result: QueryResult = {
    ...{ title: 'P95 latency', description: 'Most were this fast.', query: 'x', unit: 'ms', target: { most: 250 } },
    ...{ value: 182.4, points: [undefined, 100, 182.4], series: 1, sinceStart: false, trouble: undefined },
  };

  it('is judged by its target, where it has one and there is data', () => {
    expect(verdictOf(result)).toBe('met');
    expect(verdictOf({ ...result, value: 250.1 })).toBe('missed');
    expect(verdictOf({ ...result, value: 74.9, target: { least: 75 } })).toBe('missed');
    expect(verdictOf({ ...result, value: null })).toBe('unknown');
    expect(verdictOf({ ...result, target: undefined })).toBe('none');
    expect([figureText(182.44, 'ms'), figureText(77.77, '%'), figureText(0, '%')]).toEqual(['182 ms', '77.8 %', '0 %']);
  });

  it('has its course as a chart where there is room, else on one line, else not at all', () => {
    expect(queryLines(result, 76, 9, theme)).toHaveLength(9);
    expect(queryLines(result, 60, 3, theme)).toEqual([
      '✓ P95 latency  182 ms                        target ≤ 250 ms',
      '  Most were this fast.',
      '  ▄▆',
    ]);
    expect(queryLines({ ...result, value: null, trouble: 'nobody answers', points: [] }, 60, 9, theme)).toEqual([
      '○ P95 latency  no figure                     target ≤ 250 ms',
      '  nobody answers',
    ]);
  });
});
