import { useEffect, useState } from 'react';
import { printableLine } from '../../base/printable.ts';
import { type AccessFeed, noAccess } from '../../cluster/access/access-feed.ts';
import { accessLines, labelled } from '../../cluster/access/access-lines.ts';
import { type AccessPoint, needsHosts } from '../../cluster/access/access-point.ts';
import { forwardSentence } from '../../cluster/access/forward-text.ts';
import { type ForwardEntry, forwardKey, noForwards } from '../../cluster/access/forwards.ts';
import type { Tone, ToneLine } from '../../cluster/tone-line.ts';
import type { Symbols } from '../../ui/theme.ts';
import { useTheme } from '../../ui/use-theme.ts';
import type { Rectangle } from '../layout.ts';
import type { AccessLook } from '../look.ts';
import { type Screen, systemOf } from '../state.ts';
import { useApp, useAppState } from '../use-app.ts';
import { useFeed } from '../use-feed.ts';
import { ScrolledLines } from './ScrolledLines.tsx';

/** How the system is reached, one way in at a time, with the port-forward that leads to it. */
export function AccessScreen({ screen, area }: { screen: Extract<Screen, { type: 'access' }>; area: Rectangle }) {
  const app = useApp();
  const { symbols } = useTheme();
  const session = useAppState((state) => state.session);
  const { points, trouble } = useFeed(useAccessFeed(screen.asked), noAccess);
  const { forwards } = useFeed(session?.forwards, noForwards);
  app.look.access = () => (points ?? []).map((point) => lookOf(point, entryOf(point, forwards)));
  const title = `Access${points && points.length > 1 ? ` ${(screen.point % points.length) + 1} of ${points.length} (tab: the next)` : ''}`;
  const point = points?.[screen.point % points.length];
  const lines: ToneLine[] = trouble
    ? [{ text: `${symbols.bad} ${printableLine(trouble)}`, tone: 'bad' }, { text: '' }]
    : [];
  const width = area.width - 4;
  if (point)
    lines.push(...accessLines(point, symbols, width), { text: '' }, ...forwardLines(point, forwards, symbols, width));
  else if (points?.length === 0) lines.push({ text: 'The system names no way in: `access` of its system.yaml' });
  else if (!trouble) lines.push({ text: 'looking, and trying whether it answers', tone: 'dim' });
  return <ScrolledLines title={title} lines={lines} scroll={screen.scroll} area={area} />;
}

function useAccessFeed(asked: number): AccessFeed | undefined {
  const session = useAppState((state) => state.session);
  const system = useAppState(systemOf);
  const [feed, setFeed] = useState<AccessFeed | undefined>();
  useEffect(() => {
    const opened = system && session?.access(system);
    setFeed(opened);
    return () => opened?.close();
  }, [session, system]);
  useEffect(() => {
    if (asked > 0) feed?.refresh();
  }, [feed, asked]);
  return feed;
}

function entryOf({ forward }: AccessPoint, forwards: readonly ForwardEntry[]): ForwardEntry | undefined {
  return forward && forwards.find(({ key }) => key === forwardKey(forward));
}

function lookOf(point: AccessPoint, entry: ForwardEntry | undefined): AccessLook {
  const forwarded = entry?.state.kind === 'open' ? `http://127.0.0.1:${entry.state.port}${point.path}` : undefined;
  // As long as this machine does not know the names, only the port-forward can be opened.
  const url = needsHosts(point) ? (forwarded ?? point.urls[0]) : (point.urls[0] ?? forwarded);
  return { hostsLine: needsHosts(point) ? point.hostsLine : undefined, url, forward: point.forward };
}

function forwardLines(
  { forward }: AccessPoint,
  forwards: readonly ForwardEntry[],
  symbols: Symbols,
  width: number,
): ToneLine[] {
  const line = (text: string, tone?: Tone) => labelled({ label: 'port-forward', text, tone }, symbols, width);
  if (!forward) return line('no Service is known that it could lead to', 'dim');
  const to = forwardKey(forward);
  const entry = forwards.find(({ key }) => key === to);
  if (!entry) return line(`off: f keeps a port of this machine connected to ${to}`);
  const { text, tone } = forwardSentence(entry.state, to);
  return line(text, tone);
}
