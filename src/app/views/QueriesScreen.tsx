import { useEffect, useState } from 'react';
import { printableLine } from '../../base/printable.ts';
import type { Feed } from '../../cluster/panes/feed.ts';
import { noQueries, type QueriesSnapshot } from '../../playbooks/queries/queries-snapshot.ts';
import { queryLines, withoutPrometheus } from '../../playbooks/queries/query-lines.ts';
import { sourceText } from '../../playbooks/queries/query-source.ts';
import { truncate, wrap } from '../../ui/text.ts';
import type { Theme } from '../../ui/theme.ts';
import { useTheme } from '../../ui/use-theme.ts';
import type { Rectangle } from '../layout.ts';
import { type Screen, systemOf } from '../state.ts';
import { useApp, useAppState } from '../use-app.ts';
import { useFeed } from '../use-feed.ts';
import { ScrolledLines } from './ScrolledLines.tsx';

/** The figures of a system with their course; what is asked, and by whom, is always said. */
export function QueriesScreen({ screen, area }: { screen: Extract<Screen, { type: 'queries' }>; area: Rectangle }) {
  const app = useApp();
  const theme = useTheme();
  const system = useAppState(systemOf);
  const snapshot = useFeed(useQueriesFeed(screen.asked, screen.readings ?? false), noQueries);
  app.look.prometheus = () => ({
    found: snapshot.found.map(sourceText),
    asked: snapshot.source && sourceText(snapshot.source),
  });
  const lines =
    screen.readings && !system?.readings
      ? ['The system names none: `readings` of its system.yaml']
      : linesOf(snapshot, { name: system?.name ?? '', width: area.width - 4, height: area.height - 2, theme });
  return (
    <ScrolledLines
      title={`${screen.readings ? 'Readings' : 'Queries'} of ${printableLine(system?.title ?? '')}`}
      lines={lines}
      scroll={screen.scroll}
      area={area}
    />
  );
}

function useQueriesFeed(asked: number, readings: boolean): Feed<QueriesSnapshot> | undefined {
  const session = useAppState((state) => state.session);
  const system = useAppState(systemOf);
  const prometheus = useAppState((state) => state.prometheus);
  const [feed, setFeed] = useState<Feed<QueriesSnapshot> | undefined>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: asking again is beginning anew.
  useEffect(() => {
    const opened = system && (readings ? session?.readings?.(system) : session?.queries(system, prometheus));
    setFeed(opened);
    return () => opened?.close();
  }, [session, system, prometheus, asked, readings]);
  return feed;
}

interface Place {
  name: string;
  width: number;
  height: number;
  theme: Theme;
}

function linesOf(
  { source, results, trouble, none, at }: QueriesSnapshot,
  { name, width, height, theme }: Place,
): string[] {
  if (trouble !== undefined) return wrap(printableLine(trouble), width).map(theme.bad);
  if (none)
    return withoutPrometheus(name).flatMap((line, index) => (index === 0 ? [theme.warn(line), ''] : wrap(line, width)));
  if (!results || !source) return [theme.dim('looking for a Prometheus, and asking it')];
  if (results.length === 0) return ['The system names no figures: `queries` of its system.yaml'];
  const time = at === undefined ? '' : new Date(at).toTimeString().slice(0, 8);
  const from = truncate(printableLine(sourceText(source)), width - 40, theme.symbols.ellipsis);
  const plain = theme.accent(source.kind === 'readings' ? 'Asked' : 'Prometheus');
  const label = source.kind === 'stand-in' ? theme.badgeWarn(' stand-in ') : plain;
  const head = `${label} ${theme.dim(`${from}, every 15 s, last at ${time}`)}`;
  // One empty line behind each.
  const room = Math.max(3, Math.min(12, Math.floor((height - 2) / results.length) - 1));
  return [head, '', ...results.flatMap((result) => [...queryLines(result, width, room, theme), ''])];
}
