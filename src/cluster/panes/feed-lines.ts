import { printable } from '../../base/printable.ts';
import { wrap } from '../../ui/text.ts';
import type { Theme } from '../../ui/theme.ts';
import { describeFeed, type FeedState } from '../watch/feed-state.ts';

/** What stands at the right of a pane's title: nothing while all is well, else a sign and a sentence. */
export function feedLabel(state: FeedState, now: number, theme: Theme): string | undefined {
  if (state.kind === 'live') return undefined;
  const text = describeFeed(state, now);
  if (state.kind === 'connecting' || state.kind === 'none') return theme.dim(text);
  const [sign, style] = state.kind === 'denied' ? [theme.symbols.bad, theme.bad] : [theme.symbols.warn, theme.warn];
  return style(`${sign} ${text}`);
}

/** What an empty pane says instead of rows. */
export function emptyLines(state: FeedState, nothing: string, width: number, theme: Theme): string[] {
  return saidLines(state, nothing, width - 2, theme).map((line) => ` ${line}`);
}

function saidLines(state: FeedState, nothing: string, width: number, theme: Theme): string[] {
  switch (state.kind) {
    case 'connecting':
      return wrap('asking the cluster', width).map(theme.dim);
    case 'none':
      return wrap('Here is no cluster. :ctx chooses one; one that was just made is among them.', width).map(theme.dim);
    case 'live':
      return wrap(printable(nothing), width).map(theme.dim);
    case 'stale':
      return wrap(printable(state.reason), width).map(theme.warn);
    case 'denied':
      return [
        ...wrap(printable(state.reason), width).map(theme.bad),
        ...state.next.flatMap((line) => wrap(`${theme.symbols.next} ${printable(line)}`, width)),
      ];
  }
}
