import { Text } from 'ink';
import { useCallback } from 'react';
import { printableLine } from '../../base/printable.ts';
import type { ForwardState } from '../../cluster/access/forward-state.ts';
import { forwardSign } from '../../cluster/access/forward-text.ts';
import { noForwards } from '../../cluster/access/forwards.ts';
import { describeFeed, type FeedState, worstOf } from '../../cluster/watch/feed-state.ts';
import { currentIndex, stepCount } from '../../playbooks/current-step.ts';
import { pad, textWidth, truncate } from '../../ui/text.ts';
import type { Theme } from '../../ui/theme.ts';
import { useTheme } from '../../ui/use-theme.ts';
import { runIsOn, systemOf } from '../state.ts';
import { useAppState } from '../use-app.ts';
import { useCoarseNow, useFeed, usePolled } from '../use-feed.ts';
import { noAutoscalers, noPods } from './no-feeds.ts';

/** System, context ▸ namespace, how many pods are ready, its own load on the API server, and whether what is shown is live. */
export function Header({ width, showStep }: { width: number; showStep: boolean }) {
  const theme = useTheme();
  const session = useAppState((state) => state.session);
  const system = useAppState((state) => systemOf(state)?.title);
  const step = useAppState((state) =>
    showStep && runIsOn(state) && state.run?.state ? stepText(state.run.state) : '',
  );
  const readOnly = useAppState((state) => state.readOnly);
  const pods = useFeed(session?.pods, noPods);
  const autoscalers = useFeed(session?.autoscalers, noAutoscalers);
  const { forwards } = useFeed(session?.forwards, noForwards);
  const now = useCoarseNow();
  const readRate = useCallback(() => (session ? session.requestRate().toFixed(1) : ''), [session]);
  const rate = usePolled(readRate, 2000);
  // In little room the step that runs is worth more than the program's name.
  const parts = step && width < 80 ? [''] : [theme.title(' tars-console')];
  if (system) parts.push(theme.accent(system));
  if (readOnly) parts.push(theme.badge(' read-only '));
  if (session?.info.none) parts.push(theme.dim(session.info.context), ...(step ? [theme.accent(step)] : []));
  else if (session) {
    const { context, namespace, sandbox, speed } = session.info;
    const name = session.production
      ? `${theme.badge(' PRODUCTION ')} ${theme.warn(printableLine(context))}`
      : printableLine(context);
    const place = `${name} ${theme.symbols.submenu} ${printableLine(namespace)}`;
    parts.push(
      sandbox
        ? theme.badge(` ${sandboxName(context, speed)} `) +
            theme.dim(` ${theme.symbols.submenu} ${printableLine(namespace)}`)
        : place,
    );
    if (step) parts.push(theme.accent(step));
    for (const { state } of forwards) parts.push(forwardText(state, theme));
    parts.push(readyText(pods.rows, theme));
    parts.push(theme.dim(`API ${rate || '0.0'}${width < 100 ? '/s' : ' req/s'}`));
    parts.push(stateText(worstOf([pods.state, autoscalers.state]), now, theme));
  }
  return <Text wrap="truncate">{pad(joined(parts, width, theme), width)}</Text>;
}

function sandboxName(context: string, speed: number | undefined): string {
  return speed === undefined || speed === 1 ? context : `${context} ×${speed}`;
}

function readyText(rows: readonly { ready: number; containers: number; severity: string }[], theme: Theme): string {
  const counted = rows.filter(({ severity }) => severity !== 'done');
  const ready = counted.filter((row) => row.ready === row.containers && row.containers > 0).length;
  const text = `${theme.symbols.dot} ${ready}/${counted.length} ready`;
  if (counted.length === 0) return theme.dim(text);
  return ready === counted.length ? theme.ok(text) : theme.warn(text);
}

function forwardText(state: ForwardState, theme: Theme): string {
  const { text, tone } = forwardSign(state, theme.symbols);
  return theme[tone](`${theme.symbols.forward} ${text}`);
}

function stateText(state: FeedState, now: number, theme: Theme): string {
  const text = describeFeed(state, now);
  if (state.kind === 'live') return theme.ok(text);
  return state.kind === 'connecting' ? theme.dim(text) : theme.warn(`${theme.symbols.warn} ${text}`);
}

function stepText(run: Parameters<typeof currentIndex>[0]): string {
  const { over, all } = stepCount(run.steps);
  if (run.question) return `${over}/${all} waits for your answer`;
  return `${over}/${all} ${truncate(printableLine(run.steps[currentIndex(run)]?.title ?? ''), 28)}`;
}

/** As many parts as fit, from the left. */
function joined(parts: readonly string[], width: number, theme: Theme): string {
  let line = '';
  for (const part of parts) {
    const next = line === '' ? part : `${line}  ${part}`;
    if (textWidth(next) <= width) line = next;
  }
  return line === '' ? theme.title(' tars-console') : line;
}
