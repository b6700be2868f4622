import { formatDuration } from '../base/duration.ts';
import { printableLine } from '../base/printable.ts';
import { fitTo, textWidth, truncate } from '../ui/text.ts';
import type { Style, Theme } from '../ui/theme.ts';
import type { StepState } from './runs/state.ts';
import { isRescued } from './runs/step-state.ts';

export interface StepLineOptions {
  width: number;
  theme: Theme;
  /** The spinner's frame, for a running step. */
  spinner: string;
  /** Milliseconds since 1970, for how long a step has been running. */
  now: number;
  /** A pointer stands in front of it. */
  pointed: boolean;
  focused: boolean;
  /** It waits for a person's answer. */
  asking?: boolean;
}

/** One step in one line: pointer, sign, title, and how long it took or has been taking. */
export function stepLine(
  step: StepState,
  { width, theme, spinner, now, pointed, focused, asking = false }: StepLineOptions,
): string {
  const { sign, style } = asking ? { sign: '?', style: theme.warn } : stepSign(step, theme, spinner);
  const pointer = pointed ? theme.symbols.pointer : ' ';
  const indent = '  '.repeat(step.depth);
  const least = width - 4 - indent.length;
  const said = asking ? '' : stepTime(step, now);
  // Its sign says `skipped` too: the word goes where it would cost the title.
  const time = step.now.status === 'skipped' && textWidth(step.title) + textWidth(said) + 1 > least ? '' : said;
  const room = Math.max(4, least - (time ? textWidth(time) + 1 : 0));
  const title = fitTo(printableLine(step.title), room, 'left', theme.symbols.ellipsis);
  const titleStyle = pointed ? (focused ? theme.selected : theme.selectedIdle) : titleStyleOf(step, theme);
  const pointerStyle = focused ? theme.selected : theme.selectedIdle;
  return `${pointerStyle(pointer)} ${indent}${style(sign)} ${titleStyle(title)}${time ? ` ${theme.dim(time)}` : ''}`;
}

/** What a step's state is drawn as. */
function stepSign({ now, group }: StepState, theme: Theme, spinner: string): { sign: string; style: Style } {
  const { symbols } = theme;
  switch (now.status) {
    case 'pending':
      return { sign: symbols.pending, style: theme.dim };
    case 'running':
      return { sign: group ? symbols.dot : spinner, style: theme.accent };
    case 'done': {
      const warned = now.findings.some(({ level }) => level === 'warning');
      return warned || isRescued(now)
        ? { sign: symbols.warn, style: theme.warn }
        : { sign: symbols.ok, style: theme.ok };
    }
    case 'undone':
    case 'skipped':
      return { sign: symbols.skipped, style: theme.dim };
    case 'failed':
    case 'not-met':
      return { sign: symbols.bad, style: theme.bad };
  }
}

function titleStyleOf({ now, group }: StepState, theme: Theme): Style {
  if (now.status === 'pending' || now.status === 'skipped' || now.status === 'undone') return theme.dim;
  if (now.status === 'failed' || now.status === 'not-met') return theme.bad;
  return group || now.status === 'running' ? theme.strong : (text) => text;
}

function stepTime({ now, group }: StepState, clock: number): string {
  if (now.status === 'running') return group ? '' : formatDuration(Math.max(0, clock - Date.parse(now.startedAt)));
  if (now.status === 'skipped') return 'skipped';
  if (now.status === 'undone') return 'taken back';
  if (isRescued(now)) return 'rescued';
  // What took no time at all says nothing by it.
  return now.status === 'pending' || group || now.ms < 950 ? '' : formatDuration(now.ms);
}

/** What stands below a step of its own accord: progress and newest output while it runs, why it failed or was skipped, what it warns of. */
export function stepNotes(step: StepState, width: number, theme: Theme, most: number): string[] {
  const { now } = step;
  const indent = ' '.repeat(4 + step.depth * 2);
  const room = Math.max(8, width - indent.length);
  const cut = (text: string) => truncate(printableLine(text), room, theme.symbols.ellipsis);
  const dim = (text: string) => theme.dim(indent + cut(text));
  if (step.group) return [];
  if (now.status === 'running') {
    const bar = now.fraction === undefined ? '' : ` ${progressBar(now.fraction, room < 40 ? 5 : 10, theme)}`;
    const progress = now.progress
      ? [
          `${indent}${theme.info(truncate(printableLine(now.progress), room - textWidth(bar), theme.symbols.ellipsis))}${bar}`,
        ]
      : [];
    const alarm = now.alarm ? [theme.warn(indent + cut(`${theme.symbols.warn} ${now.alarm}`))] : [];
    const attempt = now.attempt > 1 ? [theme.warn(indent + cut(`attempt ${now.attempt}`))] : [];
    const first = [...alarm, ...attempt, ...progress];
    const output = most > first.length ? step.output.slice(first.length - most) : [];
    return [...first, ...output.map(dim)].slice(0, most);
  }
  if (now.status === 'failed') return [theme.bad(indent + cut(now.problem.message))];
  if (now.status === 'not-met') {
    const wrong = now.findings.filter(({ level }) => level === 'fatal');
    const said = wrong.map(({ title, observed }) => `${title}: ${observed}`);
    return (said.length > 0 ? said : [now.reason]).slice(0, most).map((text) => theme.bad(indent + cut(text)));
  }
  // What was found and does not stop anything is seen without opening the step.
  if (now.status === 'done')
    return now.findings
      .filter(({ level }) => level === 'warning')
      .map(({ title, observed }) => theme.warn(indent + cut(`${title}: ${observed}`)));
  // That another choice was made is no news; the step's own screen says which.
  return now.status === 'skipped' && now.reason && !now.reason.startsWith('only when ') ? [dim(now.reason)] : [];
}

function progressBar(fraction: number, width: number, theme: Theme): string {
  const full = Math.round(Math.max(0, Math.min(1, fraction)) * width);
  return theme.accent(theme.symbols.bar.repeat(full)) + theme.dim(theme.symbols.barEmpty.repeat(width - full));
}
