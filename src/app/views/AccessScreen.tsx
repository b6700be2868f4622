import { useEffect, useState } from 'react';
import { messageOf } from '../../base/errors.ts';
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

type AccessScreenState = Extract<Screen, { type: 'access' }>;

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
  const password = useRevealed(screen, point);
  const lines: ToneLine[] = trouble
    ? [{ text: `${symbols.bad} ${printableLine(trouble)}`, tone: 'bad' }, { text: '' }]
    : [];
  const width = area.width - 4;
  if (point)
    lines.push(
      ...accessLines(point, symbols, width),
      ...passwordLines(point, password, symbols, width),
      { text: '' },
      ...forwardLines(point, forwards, symbols, width),
    );
  else if (points?.length === 0) lines.push({ text: 'The system names no way in: `access` of its system.yaml' });
  else if (!trouble) lines.push({ text: 'looking, and trying whether it answers', tone: 'dim' });
  return <ScrolledLines title={title} lines={lines} scroll={screen.scroll} area={area} />;
}

/** How long a password stands on the screen. */
const shownMs = 15_000;

/**
 * The password that was asked for: in no state and no log, gone after some seconds, with the next key of its kind, and with what is
 * looked at.
 */
function useRevealed({ reveal, point: index }: AccessScreenState, point: AccessPoint | undefined): string | undefined {
  const session = useAppState((state) => state.session);
  const system = useAppState(systemOf);
  const app = useApp();
  const [shown, setShown] = useState<{ of: string; text: string } | undefined>();
  const wanted = system?.access[point ? index % system.access.length : -1];
  // biome-ignore lint/correctness/useExhaustiveDependencies: another way in hides the password of the one before.
  useEffect(() => setShown(undefined), [index]);
  // Each asking shows it, or hides what is shown.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only being asked again is a reason.
  useEffect(() => {
    if (reveal === 0 || !session || !wanted) return;
    if (shown) return setShown(undefined);
    let left = false;
    const hide = setTimeout(() => setShown(undefined), shownMs);
    session.reveal(wanted).then(
      (text) => {
        if (!left && text !== undefined) setShown({ of: wanted.title, text });
      },
      (error: unknown) => {
        const text = `The password cannot be read: ${messageOf(error)}`;
        app.dispatch({ type: 'notice', notice: { tone: 'bad', text } });
      },
    );
    return () => {
      left = true;
      clearTimeout(hide);
    };
  }, [reveal]);
  return shown && shown.of === wanted?.title ? shown.text : undefined;
}

function passwordLines(
  { credentials }: AccessPoint,
  password: string | undefined,
  symbols: Symbols,
  width: number,
): ToneLine[] {
  if (credentials?.password !== 'there') return [];
  if (password === undefined)
    return labelled({ label: '', text: 'v shows it for some seconds', tone: 'dim' }, symbols, width);
  return labelled({ label: 'password', text: password, tone: 'info' }, symbols, width);
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
  const password = point.credentials?.password === 'there';
  return { hostsLine: needsHosts(point) ? point.hostsLine : undefined, url, forward: point.forward, password };
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
