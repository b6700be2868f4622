import { setTimeout as wait } from 'node:timers/promises';
import { Problem } from '../../../base/errors.ts';
import { listObjects } from '../../../cluster/objects.ts';
import { parseBytes, parseCpu } from '../../../kubernetes/quantity.ts';
import type { StandInFigure } from '../../../systems/stand-in-figure.ts';
import type { StepContext } from '../../step-kind.ts';
import { sendRequest } from '../http/answer.ts';
import { findDestination } from '../http/destination.ts';
import { type PromqlResult, type Series, summed } from './answer.ts';
import { countedFigure, increases } from './counted-figure.ts';
import { parseExposition } from './exposition.ts';
import { scrapeService } from './scrape-service.ts';

/** What reading a figure needs of a step, or of whoever else asks. */
export type StandInContext = Pick<StepContext, 'connection' | 'namespace' | 'waiting'>;

/** Reads the figure that stands in. Throws `Problem`. */
export async function standInFor(standIn: StandInFigure, context: StandInContext): Promise<PromqlResult> {
  if ('pods' in standIn) return summed(await podFigures(standIn, context));
  if ('of' in standIn) {
    const where = { ...context, signal: context.waiting };
    const before = await scrapeService(standIn, where);
    await wait(1000, undefined, { signal: context.waiting });
    const after = await scrapeService(standIn, where);
    // Where nothing happens just now, what happened since the pods started.
    const value = countedFigure(standIn, before, after) ?? countedFigure(standIn, [], after);
    return summed(value === null ? [] : [{ labels: {}, value }]);
  }
  return summed(standIn.as === 'rate' ? await ratesOf(standIn, context) : await metricOf(standIn, context));
}

/** A request reaches one pod of a Service; what all of them count is asked of each. */
async function ratesOf(
  standIn: Extract<StandInFigure, { metric: string }>,
  context: StandInContext,
): Promise<Series[]> {
  const { metric, labels = {}, not } = standIn;
  const where = { ...context, signal: context.waiting };
  const exact = Object.entries(labels).map(([name, value]) => [name, value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')]);
  const startedAt = performance.now();
  const before = await scrapeService(standIn, where);
  await wait(1000, undefined, { signal: context.waiting });
  const after = await scrapeService(standIn, where);
  const seconds = (performance.now() - startedAt) / 1000;
  const counted = { metric, matching: Object.fromEntries(exact), ...(not ? { not } : {}) };
  const found = increases(counted, metric, before, after);
  if (found.length === 0)
    throw new Problem(`${standIn.service} shows no ${metric}`, { next: ['Has it been asked for anything yet?'] });
  return found.map(({ labels: own, by }) => ({ labels: own, value: by / seconds }));
}

interface PodLike {
  conditions?: { type: string; status: string }[];
  containerStatuses?: { restartCount?: number }[];
}

async function podFigures(
  { pods: what, selector: labelSelector }: Extract<StandInFigure, { pods: string }>,
  { connection, namespace, waiting }: StandInContext,
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
  { metric, service, path = '/metrics', labels = {} }: Extract<StandInFigure, { metric: string }>,
  { connection, namespace, waiting: signal }: StandInContext,
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
