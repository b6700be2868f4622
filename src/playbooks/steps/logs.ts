import { z } from 'zod';
import { formatDuration } from '../../base/duration.ts';
import { Problem } from '../../base/errors.ts';
import { listObjects } from '../../cluster/objects.ts';
import { type FollowQuery, followPods, type PodLine } from '../../cluster/streams/follow-pods.ts';
import { tailLog } from '../../cluster/streams/logs.ts';
import { whileWatching } from '../../cluster/watch/waker.ts';
import { podSelectorOf } from '../../cluster/workload-pods.ts';
import { asPod } from '../../kubernetes/pod.ts';
import type { PreviewContext, StepContext, StepKind, StepResult } from '../step-kind.ts';
import { counted, renderKnown, shellWord } from './explain.ts';
import { kubectlName, resolveObjectName } from './object-names.ts';
import { existingObject } from './patched-objects.ts';
import { objectName } from './step-shapes.ts';

const locals = ['line', 'pod', 'container'];
const mostLines = 1000;
const longestLine = 4000;
const defaultTimeoutMs = 300_000;

const shape = {
  logs: z
    .strictObject({
      of: objectName.optional().describe('A pod, or a workload whose pods are meant'),
      selector: z.string().min(1).optional().describe('Labels of pods: `app=tars-backend`'),
      container: z.string().min(1).optional().describe('Only of this container; of all unless said'),
      previous: z.boolean().optional().describe('Of the containers that ran before the last restart'),
      last: z
        .number()
        .int()
        .min(1)
        .max(mostLines)
        .optional()
        .describe('So many lines of each container; 50 unless said'),
      since: z.number().int().min(1).optional().describe('Only lines of the last so many seconds'),
      until: z
        .string()
        .min(1)
        .optional()
        .describe('CEL over `line`, `pod`, `container`: follows until a line makes it true'),
      fails: z.string().min(1).optional().describe('CEL over the same: a line that makes it true fails the step'),
    })
    .refine(({ of, selector }) => (of === undefined) !== (selector === undefined), 'give one of `of` and `selector`')
    .refine(
      ({ previous, until }) => !previous || until === undefined,
      'what ran before writes no more lines to wait for',
    )
    .describe('Whose log is read, and what in it matters'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;

/** Reads the last lines of logs, or follows them until a line says what is waited for. */
export const logsStep: StepKind<Config> = {
  name: 'logs',
  description: 'Reads the logs of pods, or follows them until a line says what is waited for',
  shape,
  effects: 'none',
  expressions: [
    { path: 'logs.until', locals },
    { path: 'logs.fails', locals },
  ],
  outputs: { lines: 'list', count: 'double', line: 'string', pod: 'string' },
  async plan({ logs }, context) {
    const { of, selector } = renderKnown(context, logs);
    const whose = of ?? `pods with ${selector}`;
    const text = logs.until ? `follows the log of ${whose} until ${logs.until}` : `reads the log of ${whose}`;
    return { certainty: 'previewed', summary: text, changes: [] };
  },
  async access({ logs: { of, until } }, context) {
    const pods = { verbs: ['get', 'list', ...(until ? ['watch'] : [])], apiVersion: 'v1', kind: 'Pod' };
    const log = { verbs: ['get'], apiVersion: 'v1', kind: 'Pod', subresource: 'log' };
    if (of === undefined) return [pods, log];
    const { apiVersion, kind } = await resolveObjectName(context.connection, context.render(of), context.namespace);
    return [...(kind === 'Pod' ? [] : [{ verbs: ['get'], apiVersion, kind }]), pods, log];
  },
  async run(config, context) {
    const query = await queryOf(config, context);
    return config.logs.until === undefined ? readLast(config, query, context) : followUntil(config, query, context);
  },
  async equivalent({ logs }, context) {
    const { of, selector, container, previous, last = 50, since, until } = renderKnown(context, logs);
    const options = [
      of ? kubectlName(of) : `-l ${shellWord(selector ?? '')} --prefix`,
      `-n ${context.namespace}`,
      container ? `-c ${container}` : '--all-containers',
      `--tail=${last}`,
      previous ? '--previous' : '',
      since ? `--since=${since}s` : '',
      until ? `-f  # until ${until}` : '',
    ];
    return [`kubectl logs ${options.filter(Boolean).join(' ')}`];
  },
};

async function queryOf({ logs }: Config, context: PreviewContext): Promise<FollowQuery> {
  const { connection, namespace } = context;
  const { of, selector, container, last = 50, since } = context.render({ ...logs, until: undefined, fails: undefined });
  const base = { namespace, container, tailLines: last, sinceSeconds: since };
  if (of === undefined) return { ...base, labelSelector: selector };
  const ref = await resolveObjectName(connection, of, namespace);
  if (ref.kind === 'Pod') return { ...base, fieldSelector: `metadata.name=${ref.name}` };
  const labelSelector = podSelectorOf(await existingObject(ref, context));
  if (labelSelector !== undefined) return { ...base, labelSelector };
  throw new Problem(`${ref.kind}/${ref.name} has no pods of its own`, {
    next: ['Name a pod, a Deployment, StatefulSet, DaemonSet, ReplicaSet or Job, or give a `selector`'],
  });
}

const shown = ({ pod, container, line }: PodLine) => `${pod}/${container}: ${cut(line)}`;
const cut = (line: string) => (line.length > longestLine ? `${line.slice(0, longestLine)}…` : line);

async function readLast(config: Config, query: FollowQuery, context: StepContext): Promise<StepResult> {
  const { connection, waiting: signal } = context;
  const { namespace, labelSelector, fieldSelector, container: wanted, tailLines, sinceSeconds } = query;
  const found = await listObjects(
    connection,
    { apiVersion: 'v1', kind: 'Pod', namespace, labelSelector, fieldSelector },
    signal,
  );
  if (found.length === 0)
    throw new Problem('There are no such pods', {
      where: `namespace ${namespace}`,
      next: [`kubectl get pods -n ${namespace}`],
    });
  const lines: PodLine[] = [];
  for (const object of found) {
    const { spec, metadata } = asPod(object);
    for (const { name: container } of [...(spec.initContainers ?? []), ...spec.containers]) {
      if (wanted !== undefined && container !== wanted) continue;
      const { previous } = config.logs;
      const tail = { namespace, pod: metadata.name, container, tailLines, sinceSeconds, previous, signal };
      for (const line of await tailLog(connection, tail)) lines.push({ pod: metadata.name, container, line });
    }
  }
  for (const line of lines) context.output(shown(line));
  const bad = lines.find((line) => holds(config.logs.fails, line, context));
  if (bad) throw turnedUp(config, bad, lines);
  return resultOf(lines, undefined, `${counted(lines.length, 'line')} of ${counted(found.length, 'pod')}`);
}

type Found = { line: PodLine; bad: boolean } | { error: unknown };

async function followUntil(config: Config, query: FollowQuery, context: StepContext): Promise<StepResult> {
  const { connection, waiting, timeoutMs = defaultTimeoutMs } = context;
  const seen: PodLine[] = [];
  const startedAt = Date.now();
  const end = await whileWatching(waiting, async ({ stop, waker }) => {
    let found: Found | undefined;
    await followPods(connection, query, stop, (line) => {
      if (found) return;
      seen.push(line);
      if (seen.length > mostLines) seen.shift();
      context.output(shown(line));
      found = judgeLine(config, line, context);
      if (found) waker.wake();
    });
    context.progress(`waits for a line in the log: ${config.logs.until}`);
    for (;;) {
      waiting.throwIfAborted();
      if (found) return found;
      const left = timeoutMs - (Date.now() - startedAt);
      if (left <= 0) throw notSeen(config, seen, timeoutMs);
      await waker.sleep(Math.min(1000, left));
    }
  });
  if ('error' in end) throw end.error;
  if (end.bad) throw turnedUp(config, end.line, seen);
  return resultOf(seen, end.line, `${end.line.pod}: ${cut(end.line.line)}`);
}

function judgeLine({ logs }: Config, line: PodLine, context: StepContext): Found | undefined {
  try {
    if (holds(logs.fails, line, context)) return { line, bad: true };
    return holds(logs.until, line, context) ? { line, bad: false } : undefined;
  } catch (error) {
    return { error };
  }
}

function holds(expression: string | undefined, line: PodLine, context: StepContext): boolean {
  return expression !== undefined && context.evaluate(expression, { ...line }) === true;
}

function resultOf(lines: readonly PodLine[], found: PodLine | undefined, summary: string): StepResult {
  const outputs = {
    lines: lines.slice(-100).map(({ line }) => cut(line)),
    count: lines.length,
    line: cut(found?.line ?? lines.at(-1)?.line ?? ''),
    pod: found?.pod ?? lines.at(-1)?.pod ?? '',
  };
  return { summary, outputs };
}

function turnedUp({ logs }: Config, line: PodLine, lines: readonly PodLine[]): Problem {
  return new Problem(`The log of ${line.pod}/${line.container} has a line that must not be there: ${cut(line.line)}`, {
    evidence: [`fails: ${logs.fails}`, ...lines.slice(-10).map(shown)],
  });
}

function notSeen({ logs }: Config, lines: readonly PodLine[], timeoutMs: number): Problem {
  const what = lines.length === 0 ? 'nothing was written' : `none of ${counted(lines.length, 'line')} is it`;
  return new Problem(`The line that was waited for did not come within ${formatDuration(timeoutMs)}: ${what}`, {
    evidence: [`until: ${logs.until}`, ...lines.slice(-10).map(shown)],
  });
}
