import { expect, it } from 'vitest';
import { parsePrometheusText } from '../../src/cluster/prometheus-text.ts';

it('samples are read with their labels, and what is no sample is passed over', () => {
  const text = [
    '# HELP tars_http_requests_total Requests',
    'tars_http_requests_total{status="200",path="/a \\"b\\" {c}"} 12 1700000000000',
    'up 1',
    'latency_sum NaN',
    'broken{a=b} 1',
    'not a sample at all',
    '',
  ].join('\n');
  expect(parsePrometheusText(text)).toEqual([
    { name: 'tars_http_requests_total', labels: { status: '200', path: '/a "b" {c}' }, value: 12 },
    { name: 'up', labels: {}, value: 1 },
  ]);
  expect(parsePrometheusText(text, 1)).toHaveLength(1);
});
