import { Text } from 'ink';
import { formatAge, formatDuration } from '../../base/duration.ts';
import { printableLine } from '../../base/printable.ts';
import { Pane } from '../../ui/Pane.tsx';
import { windowOffset } from '../../ui/select-state.ts';
import { tableLines } from '../../ui/table.ts';
import type { Theme } from '../../ui/theme.ts';
import { useTheme } from '../../ui/use-theme.ts';
import { shownRuns, stateWords } from '../choices.ts';
import type { Rectangle } from '../layout.ts';
import type { RunEntry } from '../services.ts';
import { useAppState } from '../use-app.ts';
import { useCoarseNow } from '../use-feed.ts';
import { summaryWithoutTitle } from './choice-lines.ts';

const columns = [
  { title: 'RUN', flex: 3, minWidth: 20 },
  { title: 'STATE', width: 12 },
  { title: 'SYSTEM', width: 'auto', priority: 3 },
  { title: 'CLUSTER', width: 'auto', priority: 1 },
  { title: 'AGE', width: 4, align: 'right' },
  { title: 'TOOK', width: 6, align: 'right', priority: 2 },
  { title: 'HOW FAR', flex: 3, minWidth: 14, priority: 4 },
] as const;

/** Of a name that is longer than this the beginning has to do. */
const longestName = 20;

/** What was run, newest first, narrowed by its filter. */
export function RunsScreen({ index, area }: { index: number; area: Rectangle }) {
  const theme = useTheme();
  const state = useAppState((all) => all);
  const runs = shownRuns(state);
  const all = state.runs.length;
  const filter = state.filters.runs;
  const now = useCoarseNow();
  const height = area.height - 2;
  const lines = tableLines({
    columns,
    rows: runs.map((run) => runRow(run, now, theme)),
    width: area.width - 4,
    height,
    offset: windowOffset(index, height - 1, runs.length),
    selected: index,
    theme,
  });
  const title = filter === '' ? `Runs ${all}` : `Runs ${runs.length} of ${all} /${printableLine(filter)}`;
  const nothing = all === 0 ? ' nothing was run yet' : ' nothing fits the filter; esc clears it';
  return (
    <Pane title={title} width={area.width} height={area.height} focused>
      <Text wrap="truncate">{runs.length === 0 ? theme.dim(nothing) : lines.map((line) => ` ${line}`).join('\n')}</Text>
    </Pane>
  );
}

function runRow(run: RunEntry, now: number, theme: Theme) {
  const { symbols } = theme;
  const looks = {
    running: { sign: symbols.dot, style: theme.info },
    unfinished: { sign: symbols.warn, style: theme.warn },
    done: { sign: symbols.ok, style: theme.ok },
    failed: { sign: symbols.bad, style: theme.bad },
    'not-met': { sign: symbols.bad, style: theme.bad },
    stopped: { sign: symbols.warn, style: theme.warn },
  };
  const { sign, style } = looks[run.status];
  const began = Date.parse(run.startedAt);
  const ended = run.status === 'running' ? now : Date.parse(run.endedAt ?? '');
  return [
    printableLine(run.id),
    { text: `${sign} ${stateWords[run.status]}`, style },
    printableLine(run.system).slice(0, longestName),
    printableLine(run.context).slice(0, longestName),
    formatAge(now - began),
    Number.isFinite(ended) ? formatDuration(Math.max(0, ended - began)) : '',
    summaryWithoutTitle(run),
  ];
}
