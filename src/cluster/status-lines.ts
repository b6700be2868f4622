import { formatAge } from '../base/duration.ts';
import { printableLine } from '../base/printable.ts';
import { pad, textWidth } from '../ui/text.ts';
import type { Symbols } from '../ui/theme.ts';
import type { Severity } from './panes/pod-row.ts';
import { inSigns } from './signs.ts';
import type { PodStatusLine, StatusLine, SystemStatus } from './system-status.ts';
import type { Tone, ToneLine } from './tone-line.ts';

/** A system's status as lines, for a pipe and for the screen alike; what is wrong stands first in each part. */
export function statusLines(status: SystemStatus, symbols: Symbols, now: number): ToneLine[] {
  const parts: [string, ToneLine[]][] = [
    ['Workloads', partLines(status.workloads, symbols)],
    [`Pods ${status.pods.length}`, podLines(status.pods, symbols, now)],
    ['Services', partLines(status.services, symbols)],
    ['Autoscalers', partLines(status.autoscalers, symbols)],
    ['Ingress', partLines(status.ingresses.map(withAddress), symbols)],
    ['Volumes', partLines(status.volumes, symbols)],
  ];
  const filled = parts.filter(([, lines]) => lines.length > 0);
  const lines = filled.flatMap(([title, own]): ToneLine[] => [{ text: title, tone: 'title' }, ...own, { text: '' }]);
  return [...lines, summaryLine(status, symbols)];
}

/** One sentence: all is ready, or what is not. */
function summaryLine(status: SystemStatus, symbols: Symbols): ToneLine {
  const parts: [string, readonly StatusLine[]][] = [
    ['workloads', status.workloads],
    ['services', status.services],
    ['autoscalers', status.autoscalers],
    ['ingresses', status.ingresses],
    ['volumes', status.volumes],
  ];
  const short = parts
    .map(([name, lines]) => [name, lines.filter(({ ok }) => !ok).length, lines.length] as const)
    .filter(([, bad]) => bad > 0);
  if (short.length === 0) return { text: `${symbols.ok} everything is ready`, tone: 'ok' };
  const sentence = short.map(([name, bad, all]) => `${bad} of ${all} ${name}`).join(', ');
  return { text: `${symbols.bad} not ready: ${sentence}`, tone: 'bad' };
}

function withAddress({ name, ok, message, hosts, addresses, url }: SystemStatus['ingresses'][number]): StatusLine {
  if (!ok) return { name, ok, message };
  const place = [addresses.join(', ') || message, hosts.join(', '), url ?? ''];
  return { name, ok, message: place.filter((part) => part !== '').join('  ') };
}

function partLines(lines: readonly StatusLine[], symbols: Symbols): ToneLine[] {
  const widest = Math.max(0, ...lines.map(({ name }) => textWidth(printableLine(name))));
  const sorted = [...lines].sort((a, b) => Number(a.ok) - Number(b.ok));
  return sorted.map(({ name, ok, message }) => ({
    text: `  ${ok ? symbols.ok : symbols.bad} ${pad(printableLine(name), widest)}  ${inSigns(printableLine(message), symbols)}`,
    tone: ok ? undefined : 'bad',
  }));
}

function podLines(pods: readonly PodStatusLine[], symbols: Symbols, now: number): ToneLine[] {
  const looks: Record<Severity, [string, Tone | undefined]> = {
    bad: [symbols.bad, 'bad'],
    warn: [symbols.warn, 'warn'],
    waiting: [symbols.pending, 'info'],
    ok: [symbols.ok, undefined],
    done: [symbols.ok, 'dim'],
  };
  const cells = pods.map((pod) => [
    printableLine(pod.name),
    pod.ready,
    printableLine(pod.status),
    pod.restarts === 1 ? '1 restart' : `${pod.restarts} restarts`,
    printableLine(pod.node),
    pod.createdAt === undefined ? '' : formatAge(now - pod.createdAt),
  ]);
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => textWidth(row[column] ?? ''))));
  return cells.map((row, index) => {
    const [sign, tone] = looks[pods[index]?.severity ?? 'ok'];
    const text = row.map((cell, column) => pad(cell, widths[column] ?? 0)).join('  ');
    return { text: `  ${sign} ${text}`.trimEnd(), tone };
  });
}
