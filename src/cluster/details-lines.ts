import { formatAge } from '../base/duration.ts';
import { printableLine } from '../base/printable.ts';
import type { Container, ContainerStatus, Pod } from '../kubernetes/pod.ts';
import { summarizePod } from '../kubernetes/pod-status.ts';
import { wrap } from '../ui/text.ts';
import type { Theme } from '../ui/theme.ts';
import type { EventLine } from './events.ts';
import type { PodDetails } from './pod-details.ts';

/** A pod as `kubectl describe` tells it, shorter: what it is, its containers, its events. */
export function describeLines(details: PodDetails, width: number, now: number, theme: Theme): string[] {
  const { pod, events } = details;
  if (!pod) return [theme.dim(details.gone ? 'the pod is gone' : 'asking the cluster')];
  const lines = [...headLines(pod, width, now, theme)];
  for (const container of pod.spec.containers) lines.push(...containerLines(container, pod, width, theme));
  if (events.length > 0) lines.push('', theme.title('Events'));
  for (const event of events.slice(-8)) lines.push(...eventLines(event, width, now, theme));
  return lines;
}

/** The log's last lines, newest last. */
export function logLines(details: PodDetails, width: number, height: number, theme: Theme): string[] {
  if (details.log.length === 0) return [theme.dim(printableLine(details.logNote ?? 'no log yet'))];
  // From the end, so that a long log costs no more than what is in sight.
  const lines: string[] = [];
  for (let index = details.log.length - 1; index >= 0 && lines.length < height; index -= 1)
    lines.unshift(...wrap(printableLine(details.log[index] ?? ''), width));
  return lines.slice(-height);
}

function headLines(pod: Pod, width: number, now: number, theme: Theme): string[] {
  const { ready, total, status, restarts } = summarizePod(pod);
  const created = Date.parse(pod.metadata.creationTimestamp ?? '');
  const owner = pod.metadata.ownerReferences?.[0];
  const facts: [string, string | undefined][] = [
    ['status', `${status}, ${ready} of ${total} ready, ${restarts} restarts`],
    ['node', pod.spec.nodeName ?? 'none yet'],
    ['address', pod.status?.podIP],
    ['owner', owner && `${owner.kind}/${owner.name}`],
    ['age', Number.isNaN(created) ? undefined : formatAge(now - created)],
    [
      'labels',
      Object.entries(pod.metadata.labels ?? {})
        .map(([key, value]) => `${key}=${value}`)
        .join(' ') || undefined,
    ],
  ];
  const lines = facts.flatMap(([name, value]) => (value === undefined ? [] : fact(name, value, width, theme)));
  const unmet = (pod.status?.conditions ?? []).filter((condition) => condition.status !== 'True' && condition.message);
  for (const { type, message } of unmet)
    lines.push(...wrap(`${theme.symbols.warn} ${type}: ${printableLine(message ?? '')}`, width).map(theme.warn));
  return lines;
}

function containerLines(container: Container, pod: Pod, width: number, theme: Theme): string[] {
  const status = pod.status?.containerStatuses?.find(({ name }) => name === container.name);
  const sign = status?.ready ? theme.ok(theme.symbols.dot) : theme.warn(theme.symbols.warn);
  const { requests = {}, limits = {} } = container.resources ?? {};
  const amounts = (of: Record<string, string | number>) => Object.entries(of).map(([key, value]) => `${key} ${value}`);
  return [
    '',
    `${sign} ${theme.title(printableLine(container.name))}`,
    ...fact('image', container.image ?? '', width, theme),
    ...fact('state', stateOf(status), width, theme),
    ...(Object.keys(requests).length > 0 ? fact('requests', amounts(requests).join(', '), width, theme) : []),
    ...(Object.keys(limits).length > 0 ? fact('limits', amounts(limits).join(', '), width, theme) : []),
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

function eventLines(event: EventLine, width: number, now: number, theme: Theme): string[] {
  const { at, type, reason, message, count } = event;
  const style = type === 'Warning' ? theme.warn : theme.dim;
  const sign = type === 'Warning' ? theme.symbols.warn : theme.symbols.bullet;
  const times = count > 1 ? ` ×${count}` : '';
  const text = printableLine(`${sign} ${formatAge(now - at)}${times} ${reason}: ${message}`);
  return wrap(text, width).map(style);
}

function fact(name: string, value: string, width: number, theme: Theme): string[] {
  const indent = 10;
  return wrap(printableLine(value), Math.max(1, width - indent)).map(
    (line, index) => `${theme.dim((index === 0 ? name : '').padEnd(indent))}${line}`,
  );
}
