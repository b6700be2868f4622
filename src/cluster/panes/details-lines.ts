import { formatCoarseAge } from '../../base/duration.ts';
import { printableLine } from '../../base/printable.ts';
import type { Condition } from '../../kubernetes/condition.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { asPod, type Container, type ContainerStatus, type Pod } from '../../kubernetes/pod.ts';
import { summarizePod } from '../../kubernetes/pod-status.ts';
import { readinessOf } from '../../kubernetes/readiness.ts';
import type { Symbols } from '../../ui/theme.ts';
import type { EventLine } from '../events.ts';
import type { ToneLine } from '../tone-line.ts';

/** An object as `kubectl describe` tells it, shorter: what it is, how it is and why, and its newest events. */
export function describeObject(
  object: KubernetesObject,
  events: readonly EventLine[],
  now: number,
  symbols: Symbols,
): ToneLine[] {
  const own = object.kind === 'Pod' ? podLines(asPod(object), symbols) : objectLines(object, symbols);
  const lines = [...own, ...commonLines(object, now)];
  const conditions = (object.status as { conditions?: Condition[] } | undefined)?.conditions ?? [];
  lines.push(...conditionLines(object.kind, conditions, symbols));
  if (object.kind === 'Pod')
    lines.push(...asPod(object).spec.containers.flatMap((one) => containerLines(one, asPod(object), symbols)));
  if (events.length > 0) lines.push({ text: '' }, { text: 'Events', tone: 'title' });
  lines.push(...events.slice(-8).map((event) => eventLine(event, now, symbols)));
  return lines;
}

function podLines(pod: Pod, symbols: Symbols): ToneLine[] {
  const { ready, total, status, restarts } = summarizePod(pod);
  const well = ready === total;
  return [
    fact(
      'status',
      `${well ? symbols.dot : symbols.warn} ${status}, ${ready} of ${total} ready, ${restarts} restarts`,
      well ? 'ok' : 'warn',
    ),
    fact('node', pod.spec.nodeName ?? 'none yet'),
    fact('address', pod.status?.podIP ?? 'none yet'),
  ];
}

function objectLines(object: KubernetesObject, symbols: Symbols): ToneLine[] {
  const { ready, message, failed } = readinessOf(object);
  const tone = ready ? 'ok' : failed ? 'bad' : 'warn';
  const sign = { ok: symbols.dot, warn: symbols.warn, bad: symbols.bad }[tone];
  return [fact('status', `${sign} ${message}${failed ? `: ${failed.message}` : ''}`, tone)];
}

function commonLines({ metadata }: KubernetesObject, now: number): ToneLine[] {
  const created = Date.parse(metadata.creationTimestamp ?? '');
  const [owner] = metadata.ownerReferences ?? [];
  const labels = Object.entries(metadata.labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return [
    ...(owner ? [fact('owner', `${owner.kind}/${owner.name}`)] : []),
    ...(Number.isNaN(created) ? [] : [fact('age', formatCoarseAge(now - created))]),
    ...(labels.length > 0 ? [fact('labels', labels.join(' '))] : []),
  ];
}

// True is good news for nearly all conditions; these are the ones where it is bad.
const badWhenTrue = new Set(['ReplicaFailure', 'Failed', 'Stalled', 'DisruptionTarget']);

function conditionLines(kind: string, conditions: readonly Condition[], symbols: Symbols): ToneLine[] {
  const told = conditions.filter(({ message }) => message);
  return told.flatMap(({ type, status, reason, message }): ToneLine[] => {
    const bad = badWhenTrue.has(type) ? status === 'True' : status !== 'True' && type !== 'ScalingLimited';
    // Of a pod only what is not so is news.
    if (!bad && kind === 'Pod') return [];
    const text = printableLine(`${bad ? symbols.warn : symbols.bullet} ${type} ${reason ?? ''}: ${message}`);
    return [{ text, tone: bad ? 'warn' : 'dim' }];
  });
}

function containerLines(container: Container, pod: Pod, symbols: Symbols): ToneLine[] {
  const status = pod.status?.containerStatuses?.find(({ name }) => name === container.name);
  const { requests = {}, limits = {} } = container.resources ?? {};
  const amounts = (of: Record<string, string | number>) =>
    Object.entries(of)
      .map(([key, value]) => `${key} ${value}`)
      .join(', ');
  const ready = status?.ready === true;
  return [
    { text: '' },
    { text: `${ready ? symbols.dot : symbols.warn} ${printableLine(container.name)}`, tone: ready ? 'ok' : 'warn' },
    fact('image', container.image ?? ''),
    fact('state', stateOf(status)),
    ...(Object.keys(requests).length > 0 ? [fact('requests', amounts(requests))] : []),
    ...(Object.keys(limits).length > 0 ? [fact('limits', amounts(limits))] : []),
  ];
}

function stateOf(status: ContainerStatus | undefined): string {
  const state = status?.state;
  const last = status?.lastState?.terminated;
  const before = last ? `; before: exit code ${last.exitCode}${last.reason ? ` (${last.reason})` : ''}` : '';
  if (state?.running) return `running${status?.ready ? '' : ', not ready'}${before}`;
  if (state?.terminated)
    return `ended with ${state.terminated.exitCode} (${state.terminated.reason ?? 'no reason'})${before}`;
  const { reason, message } = state?.waiting ?? {};
  return `waiting${reason ? `: ${reason}` : ''}${message ? `: ${message}` : ''}${before}`;
}

function eventLine({ at, type, reason, message, count }: EventLine, now: number, symbols: Symbols): ToneLine {
  const warning = type === 'Warning';
  const times = count > 1 ? ` (${count} times)` : '';
  const text = `${warning ? symbols.warn : symbols.bullet} ${formatCoarseAge(now - at)} ${reason}: ${message}${times}`;
  return { text: printableLine(text), tone: warning ? 'warn' : 'dim' };
}

function fact(name: string, value: string, tone?: ToneLine['tone']): ToneLine {
  return { text: `${name.padEnd(10)}${printableLine(value)}`, tone };
}
