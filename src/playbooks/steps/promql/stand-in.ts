import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { Problem } from '../../../base/errors.ts';
import { listObjects } from '../../../cluster/objects.ts';
import { parseBytes, parseCpu } from '../../../kubernetes/quantity.ts';
import type { StepContext } from '../../step-kind.ts';
import { sendRequest } from '../http/answer.ts';
import { findDestination } from '../http/destination.ts';
import { numberOf, type PromqlResult, type Series, summed } from './answer.ts';

/** Figures that the sandbox knows, in place of a query that only a Prometheus could answer. */
export const standInSchema = z.union([
  z.strictObject({
    pods: z.enum(['cpu', 'memory', 'count', 'ready', 'restarts']).describe('Cores, bytes, or how many'),
    selector: z.string().optional().describe('Labels: `app=tars-backend`'),
  }),
  z.strictObject({
    metric: z.string().min(1).describe('A metric of a program in the cluster, by its name'),
    service: z.string().min(1).describe('`name:port` of the Service that shows it'),
    path: z.string().optional().describe('`/metrics` unless said'),
    labels: z.record(z.string(), z.string()).optional().describe('Only series with these labels'),
    as: z.enum(['value', 'rate']).optional().describe('`rate`: how much more of it in a second'),
  }),
]);
export type StandIn = z.infer<typeof standInSchema>;

/** Reads the figure that stands in. Throws `Problem`. */
export async function standInFor(standIn: StandIn, context: StepContext): Promise<PromqlResult> {
  if ('pods' in standIn) return summed(await podFigures(standIn, context));
  const first = await metricOf(standIn, context);
  if (standIn.as !== 'rate') return summed(first);
  const startedAt = performance.now();
  await wait(1000, undefined, { signal: context.waiting });
  const second = await metricOf(standIn, context);
  const seconds = (performance.now() - startedAt) / 1000;
  const before = new Map(first.map(({ labels, value }) => [JSON.stringify(labels), value]));
  const rates = second.map(({ labels, value }) => ({
    labels,
    value: Math.max(0, value - (before.get(JSON.stringify(labels)) ?? 0)) / seconds,
  }));
  return summed(rates);
}

interface PodLike {
  conditions?: { type: string; status: string }[];
  containerStatuses?: { restartCount?: number }[];
}

async function podFigures(
  { pods: what, selector: labelSelector }: Extract<StandIn, { pods: string }>,
  { connection, namespace, waiting }: StepContext,
): Promise<Series[]> {
  if (what === 'cpu' || what === 'memory') {
    const query = { apiVersion: 'metrics.k8s.io/v1beta1', kind: 'PodMetrics', namespace, labelSelector };
    const metrics = await listObjects(connection, query, waiting);
    return metrics.map(({ metadata, containers }) => {
      const usages = (containers as { usage?: { cpu?: string; memory?: string } }[] | undefined) ?? [];
      const amounts = usages.map(({ usage }) =>
        what === 'cpu' ? parseCpu(usage?.cpu ?? '0') : parseBytes(usage?.memory ?? '0'),
      );
      return { labels: { pod: metadata.name }, value: amounts.reduce((sum, one) => sum + one, 0) };
    });
  }
  const pods = await listObjects(connection, { apiVersion: 'v1', kind: 'Pod', namespace, labelSelector }, waiting);
  const statuses = pods.map(({ metadata, status }) => ({ pod: metadata.name, ...((status ?? {}) as PodLike) }));
  if (what === 'restarts')
    return statuses.map(({ pod, containerStatuses = [] }) => ({
      labels: { pod },
      value: containerStatuses.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0),
    }));
  const ready = statuses.filter(({ conditions = [] }) =>
    conditions.some(({ type, status }) => type === 'Ready' && status === 'True'),
  );
  return [{ labels: {}, value: what === 'ready' ? ready.length : pods.length }];
}

async function metricOf(
  { metric, service, path = '/metrics', labels = {} }: Extract<StandIn, { metric: string }>,
  { connection, namespace, waiting: signal }: StepContext,
): Promise<Series[]> {
  const destination = await findDestination({ service, path }, connection, namespace, signal);
  const body =
    destination.through === 'url'
      ? (
          await sendRequest(
            { url: destination.url, method: 'GET', headers: {}, body: undefined, host: undefined },
            signal,
          )
        ).body
      : (await connection.request({ path: destination.path, accept: '*/*', signal })).body;
  const series = parseExposition(String(body), metric).filter((one) =>
    Object.entries(labels).every(([name, value]) => one.labels[name] === value),
  );
  if (series.length > 0) return series;
  throw new Problem(`${service}${path} shows no ${metric}`, { next: ['Has it been asked for anything yet?'] });
}

/** The series of one metric in Prometheus' text format. */
export function parseExposition(text: string, metric: string): Series[] {
  return text.split('\n').flatMap((line) => {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/.exec(line);
    if (match?.[1] !== metric) return [];
    const labels = [...(match[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name = '', value = '']) => [
      name,
      value.replace(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign)),
    ]);
    return [{ labels: Object.fromEntries(labels) as Record<string, string>, value: numberOf(match[3] ?? '') }];
  });
}
