import { setTimeout as wait } from 'node:timers/promises';
import { formatDuration, parseDuration } from '../../base/duration.ts';
import { Problem } from '../../base/errors.ts';
import type { Finding } from '../finding.ts';
import type { StepContext, StepKind, StepResult } from '../step-kind.ts';
import { collect } from './check/collect.ts';
import { derive } from './check/derive.ts';
import { judge } from './check/judge.ts';
import { sourceKindOf } from './check/sources.ts';
import { renderKnown, shellWord } from './explain.ts';
import { latencySample } from './watch/latency-sample.ts';
import { createFigureReader } from './watch/read-figures.ts';
import { type WatchConfig, watchShape } from './watch/shape.ts';
import { afterLook, beginWatching, type Watching } from './watch/watching.ts';

type Watch = WatchConfig['watch'];

const localsFrom = ['watch.collect', 'watch.figures', 'watch.let'];
const usual = { every: '5s', over: '30s', tolerate: 2 };

/** Looks again and again for some time; a limit that is broken, or one key of a person, ends it at once, and then it is not met. */
export const watchStep: StepKind<WatchConfig> = {
  name: 'watch',
  description: 'Looks every few seconds for some time, and ends at once when a limit is broken or a person says so',
  shape: watchShape,
  effects: 'none',
  outputs: { ended: 'string', looks: 'double', limit: 'string' },
  effectsOf: ({ watch }) => (sourcesOf(watch).some(({ changes }) => changes) ? 'cluster' : 'none'),
  reaches: ({ watch }) => sourcesOf(watch).some(({ reaches }) => reaches),
  expressions: [
    { path: 'watch.let.*', localsFrom, wanted: 'any' },
    { path: 'watch.limits[].expect', localsFrom },
    { path: 'watch.limits[]', localsFrom },
    { path: 'watch.until', localsFrom },
    { path: 'watch.say', localsFrom },
  ],
  wouldRead: ({ watch }, context) =>
    Object.values(renderKnown(context, watch.collect ?? {})).flatMap(
      (source) => sourceKindOf(source).access?.(source) ?? [],
    ),
  async plan({ watch }, context) {
    const known = renderKnown(context, { for: watch.for, every: watch.every ?? usual.every, offer: watch.offer });
    const limits = watch.limits.map(({ title }) => title).join('; ');
    const summary = `watches for ${known.for}, every ${known.every}: ${limits}`;
    const offered = known.offer ? `; one key does this meanwhile: ${known.offer.text}` : '';
    return { certainty: 'previewed', summary: `${summary}${offered}`, changes: [] };
  },
  run: ({ watch }, context) => watchUntilOver(watch, context),
  async equivalent({ watch }, context) {
    const known = renderKnown(context, watch);
    const sources = Object.values(known.collect ?? {}).flatMap((one) =>
      sourceKindOf(one).commands(one, context.namespace),
    );
    const services = Object.values(known.figures ?? {}).map(
      ({ service, path = '/metrics' }) =>
        `kubectl get --raw ${shellWord(`/api/v1/namespaces/${context.namespace}/services/${service}/proxy${path}`)}`,
    );
    const again = `# again every ${known.every ?? usual.every} for ${known.for}`;
    return [...new Set([...services, ...sources])].map((line) => `${line}  ${again}`);
  },
};

function sourcesOf({ collect: sources = {} }: Watch) {
  return Object.values(sources).map(sourceKindOf);
}

async function watchUntilOver(written: Watch, context: StepContext): Promise<StepResult> {
  const { offer, ...times } = context.render({
    for: written.for,
    every: written.every ?? usual.every,
    over: written.over ?? usual.over,
    offer: written.offer,
  });
  const [forMs, everyMs, overMs] = [msOf(times.for), msOf(times.every), msOf(times.over)];
  const looking = createLooking(written, context, overMs);
  const tolerate = written.limits.map(({ tolerate: times_ }) => times_ ?? usual.tolerate);
  const over = new AbortController();
  let isTaken = false;
  const taken = offer
    ? context.offer({ kind: 'offer', ...offer }, over.signal).then((yes) => {
        isTaken = yes;
      })
    : Promise.resolve();
  // Taken up in the middle of a pause it need not wait for its end.
  const pause = new AbortController();
  void taken.then(
    () => isTaken && pause.abort(),
    () => {},
  );
  const startedAt = performance.now();
  const elapsed = () => performance.now() - startedAt;
  let watching = beginWatching(written.limits.length);
  let findings: Finding[] = [];
  let isReached = false;
  try {
    while (!isTaken && !watching.ended) {
      const look = await looking(elapsed());
      findings = look.findings;
      watching = afterLook(watching, look.verdicts, tolerate);
      isReached = look.isReached && !watching.ended;
      const left = Math.max(0, forMs - elapsed());
      context.progress(`${look.said}; ${formatDuration(left)} left`, Math.min(1, elapsed() / forMs));
      if (left <= 0 || isReached) break;
      const signal = AbortSignal.any([context.waiting, pause.signal]);
      await wait(Math.min(everyMs, left), undefined, { signal }).catch((error: unknown) => {
        if (!pause.signal.aborted || context.waiting.aborted) throw error;
      });
    }
  } finally {
    over.abort();
    await taken;
  }
  return resultOf(written, watching, { isTaken, isReached, label: offer?.label ?? '', ms: elapsed(), findings });
}

interface Looked {
  verdicts: (boolean | undefined)[];
  findings: Finding[];
  said: string;
  /** What it waits for is so. */
  isReached: boolean;
}

function createLooking(watch: Watch, context: StepContext, overMs: number): (ms: number) => Promise<Looked> {
  const reading = { ...context, signal: context.waiting };
  const figures = createFigureReader(context.render(watch.figures ?? {}), overMs);
  return async (ms) => {
    const [counted, collected] = await Promise.all([
      figures(reading),
      collect(context.render(watch.collect ?? {}), reading),
    ]);
    const values = { ...collected.values, ...counted.values };
    const known = derive(watch.let ?? {}, { values, errors: { ...collected.errors, ...counted.errors } }, context);
    const findings = watch.limits.flatMap(({ tolerate: _, ...limit }) =>
      judge({ ...limit, expected: limit.title }, known, context),
    );
    const sample = watch.latency && latencySample(watch.latency, known.values, ms / 1000);
    if (sample) context.sample(sample);
    return {
      verdicts: findings.map(({ level, unread }) => (unread ? undefined : level === 'ok')),
      findings,
      said: said(watch, findings, known.values, context),
      isReached: watch.until !== undefined && isTrue(watch.until, known.values, context),
    };
  };
}

// What is not there yet, a field of a status for instance, is not so yet.
function isTrue(expression: string, values: Record<string, unknown>, { evaluate }: StepContext): boolean {
  try {
    return evaluate(expression, values) === true;
  } catch {
    return false;
  }
}

function said({ say }: Watch, findings: readonly Finding[], values: object, context: StepContext): string {
  const broken = findings.find(({ level }) => level !== 'ok');
  if (say === undefined || broken?.unread) return (broken ?? findings[0])?.observed ?? '';
  return String(context.render(say, { ...values }));
}

interface Ending {
  isTaken: boolean;
  isReached: boolean;
  label: string;
  ms: number;
  findings: Finding[];
}

function resultOf(
  { limits, until }: Watch,
  { looks, ended }: Watching,
  { isTaken, isReached, label, ms, findings }: Ending,
): StepResult {
  const after = formatDuration(ms);
  if (isTaken)
    return {
      status: 'not-met',
      summary: `ended by a person after ${after}: ${label}`,
      outputs: { ended: 'person', looks, limit: '' },
    };
  if (!ended && until !== undefined && !isReached)
    return {
      status: 'not-met',
      summary: `not so after ${after}: ${until}`,
      findings,
      outputs: { ended: 'over', looks, limit: '' },
    };
  if (!ended)
    return {
      summary: `${looks} looks in ${after}, all within the limits`,
      findings,
      outputs: { ended: 'over', looks, limit: '' },
    };
  const title = findings[ended.limit]?.title ?? limits[ended.limit]?.title ?? '';
  const observed = findings[ended.limit]?.observed ?? '';
  return {
    status: 'not-met',
    summary: `after ${after}: ${title}: ${observed}`,
    findings,
    evidence: [`${title}: ${observed}`],
    outputs: { ended: ended.why === 'broken' ? 'limit' : 'unknown', looks, limit: title },
  };
}

function msOf(written: string | number): number {
  const ms = parseDuration(typeof written === 'number' ? written : written.trim());
  if (ms !== undefined) return ms;
  throw new Problem(`\`${written}\` is no duration`, { next: ['Write it like `10m`, `30s` or `1m30s`.'] });
}
