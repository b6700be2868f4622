import { formatDuration } from '../base/duration.ts';
import { printableLine } from '../base/printable.ts';
import { windowOffset } from '../ui/select-state.ts';
import { fitTo, wrap } from '../ui/text.ts';
import type { Theme } from '../ui/theme.ts';
import { currentIndex } from './current-step.ts';
import { loadSummaryLines } from './load-summary.ts';
import type { RunState, StepState } from './runs/state.ts';
import { stepLine, stepNotes } from './step-line.ts';

export interface RunLinesOptions {
  state: RunState;
  /** The step with the pointer; undefined: the one that the run is at. */
  pointed: number | undefined;
  focused: boolean;
  width: number;
  height: number;
  spinner: string;
  now: number;
  theme: Theme;
  /** What enter leads to after the end, e.g. `Full deployment`. */
  onward?: string | undefined;
}

/** A run in lines: its steps around the one that counts, at the end how it went and what to do next. */
export function runLines(options: RunLinesOptions): string[] {
  const { state, height, width, theme } = options;
  const below = footLines(options);
  const leastSteps = Math.min(state.steps.length, 3);
  const foot = below.slice(0, Math.max(0, height - leastSteps));
  const room = height - foot.length - (foot.length > 0 && height - foot.length > leastSteps + 1 ? 1 : 0);
  const steps = stepLines(options, room);
  const space = height - foot.length - steps.length;
  const rule = foot.length > 0 && space > 0 ? [theme.borderIdle(` ${theme.border.horizontal.repeat(width - 1)}`)] : [];
  const filler = Array.from({ length: Math.max(0, space - rule.length) }, () => '');
  return [...steps, ...filler, ...rule, ...foot].slice(0, height);
}

/** Lines that a run needs at least: all that stands below its steps, and the steps around the one that counts. */
export function runRows(state: RunState, width: number, theme: Theme): number {
  return footLines({ state, width, theme }).length + Math.min(state.steps.length, 4) + 1;
}

function stepLines(options: RunLinesOptions, room: number): string[] {
  const all = allStepLines(options, room, true);
  // Why steps were skipped is said where there is room; otherwise by the step's own screen.
  const { lines, mark } = all.lines.length <= room ? all : allStepLines(options, room, false);
  const offset = windowOffset(mark + 1, room, lines.length);
  return lines.slice(offset, offset + room);
}

function allStepLines(options: RunLinesOptions, room: number, reasons: boolean): { lines: string[]; mark: number } {
  const { state, pointed, focused, width, theme, spinner, now } = options;
  const current = currentIndex(state);
  const at = pointed ?? current;
  const lines: string[] = [];
  let mark = 0;
  let folded = 0;
  // Steps side by side share the room for what they say.
  const acting = state.steps.filter((step) => !step.group && step.now.status === 'running').length;
  const each = Math.max(1, Math.min(4, Math.floor(room / 4 / Math.max(1, acting))));
  for (const [index, step] of state.steps.entries()) {
    if (index < folded) continue;
    if (index === at) mark = lines.length;
    folded = leftOutUntil(state.steps, index, at);
    if (folded > index + 1) {
      lines.push(leftOutLine(state.steps.slice(index, folded), width, theme));
      continue;
    }
    // The pointer is drawn where somebody pointed; else the spinner says where the run is.
    lines.push(
      stepLine(step, {
        width,
        theme,
        spinner,
        now,
        pointed: index === at && (pointed !== undefined || focused),
        focused,
        asking: state.question?.step === step.id && step.now.status === 'running',
      }),
    );
    const most = index === current || step.now.status === 'running' ? each : 1;
    if (notesOf(step, reasons)) lines.push(...stepNotes(step, width, theme, most));
  }
  return { lines, mark };
}

/** Whether something stands below a step: always while it runs or when it went wrong, else where there is room. */
function notesOf({ now }: StepState, room: boolean): boolean {
  if (now.status === 'running' || now.status === 'failed' || now.status === 'not-met') return true;
  return room && (now.status === 'skipped' || now.status === 'done');
}

/**
 * Behind the last of several steps in a row that another choice would have taken, from `from` on; `from` itself where there
 * are none. One that is pointed at is shown by itself, and its neighbours with it.
 */
function leftOutUntil(steps: readonly StepState[], from: number, at: number): number {
  const depth = steps[from]?.depth ?? 0;
  let end = from;
  for (let step = steps[end]; step && isLeftOut(step) && step.depth >= depth; step = steps[end]) end += 1;
  return end - from > 1 && (at < from || at >= end) ? end : from;
}

function isLeftOut({ now }: StepState): boolean {
  return now.status === 'skipped' && now.reason.startsWith('only when ');
}

function leftOutLine(steps: readonly StepState[], width: number, theme: Theme): string {
  const depth = steps[0]?.depth ?? 0;
  const titles = steps.filter((step) => step.depth === depth).map(({ title }) => printableLine(title));
  const text = `${theme.symbols.skipped} ${titles.length} left out: ${titles.join(', ')}`;
  return theme.dim(fitTo(`  ${'  '.repeat(depth)}${text}`, width, 'left', theme.symbols.ellipsis));
}

function footLines(options: Pick<RunLinesOptions, 'state' | 'width' | 'theme' | 'onward'>): string[] {
  const { state, width, theme, onward } = options;
  const { ended, load } = state;
  const { symbols } = theme;
  const lines: string[] = [];
  if (state.question)
    lines.push(theme.warn(fitTo(` ? waits for your answer ${symbols.separator} ${symbols.enter}`, width)));
  if (state.offer)
    for (const [index, line] of wrap(printableLine(state.offer.question.text), width - 4).entries())
      lines.push(theme.warn(fitTo(` ${index === 0 ? 'b' : ' '}  ${line}`, width)));
  if (state.status === 'interrupted')
    lines.push(theme.warn(fitTo(` ${symbols.warn} its process is gone ${symbols.separator} r resumes it`, width)));
  if (state.stopRequested && !ended)
    lines.push(theme.warn(fitTo(` ${symbols.warn} stopping after what it is doing`, width)));
  if (!ended) lines.push(...lockLines(state, width, theme));
  if (load) lines.push(...loadSummaryLines(load, width, theme));
  if (!ended) return lines;
  lines.push(...endLines(state, width, theme));
  const next = ended.next.flatMap((text) =>
    wrap(printableLine(text), width - 4).map((line, index) => ` ${index === 0 ? symbols.next : ' '} ${line}`),
  );
  if (onward) return [...lines, theme.accent(fitTo(` ${symbols.enter} goes on: ${onward}`, width))];
  return [...lines, ...next];
}

/** That nothing keeps a second run away is worth a line as long as the run goes on; that something does is no news. */
function lockLines({ lock }: RunState, width: number, theme: Theme): string[] {
  if (lock?.state !== 'unguarded' && lock?.state !== 'lost') return [];
  const said = lock.state === 'lost' ? 'its lock is lost' : 'unguarded: no lock keeps a second run away';
  const why = lock.note === '' ? [] : wrap(printableLine(lock.note), width - 4).slice(0, 2);
  return [
    theme.warn(fitTo(` ${theme.symbols.warn} ${said}`, width, 'left', theme.symbols.ellipsis)),
    ...why.map((line) => theme.dim(`   ${line}`)),
  ];
}

function endLines(state: RunState, width: number, theme: Theme): string[] {
  const { ended, run } = state;
  if (!ended) return [];
  const took = run ? ` in ${formatDuration(Date.parse(ended.at) - Date.parse(run.startedAt))}` : '';
  const { symbols } = theme;
  switch (ended.status) {
    case 'done':
      return [theme.ok(fitTo(` ${symbols.ok} Done${took}${warnings(state)}`, width))];
    case 'stopped':
      return [theme.warn(fitTo(` ${symbols.warn} Stopped; it can be resumed`, width))];
    case 'not-met':
    case 'failed':
      return wrap(endSentence(state), width - 4).map((line, index) =>
        theme.bad(` ${index === 0 ? symbols.bad : ' '} ${line}`),
      );
  }
}

/** What the end's record says, without the run's title: that stands above. */
function endSentence({ ended, run }: RunState): string {
  const said = printableLine(ended?.summary ?? '');
  const title = `${printableLine(run?.title ?? '')}: `;
  const short = said.startsWith(title) ? said.slice(title.length) : said;
  return short.charAt(0).toUpperCase() + short.slice(1);
}

function warnings({ steps }: RunState): string {
  const count = steps.flatMap(({ now }) =>
    now.status === 'done' ? now.findings.filter(({ level }) => level === 'warning') : [],
  ).length;
  return count === 0 ? '' : `, with ${count} warning${count === 1 ? '' : 's'}`;
}
