import { formatDuration } from '../base/duration.ts';
import { printable, printableLine } from '../base/printable.ts';
import { summaryLines } from '../load/summary.ts';
import type { Finding } from '../playbooks/finding.ts';
import type { RunEvent, StepProblem } from '../playbooks/runs/events.ts';
import type { Question } from '../playbooks/runs/question.ts';
import { initialRunState, type RunState, reduceRun, type StepState } from '../playbooks/runs/state.ts';
import { isRescued } from '../playbooks/runs/step-state.ts';
import type { Theme } from '../ui/theme.ts';

export interface LinePrinter {
  /** Prints what is new; returns the state behind it. */
  take(event: RunEvent): RunState;
  readonly state: RunState;
}

/** What took less is not worth a number. */
const noticeableMs = 100;

export interface LinePrinterOptions {
  print: (line: string) => void;
  theme: Theme;
  /** Title of the system in the load test's summary. */
  system?: string | undefined;
  /** How long a waiting step may be silent before its progress is printed again. */
  progressEveryMs?: number;
  /** Records up to this one count and are not printed: whoever resumes a run has seen them. */
  after?: number | undefined;
}

/** A run as lines: time, sign and word, step, how long, what came of it. Never says anything by colour alone. */
export function createLinePrinter({
  print,
  theme,
  system,
  progressEveryMs = 5000,
  after = 0,
}: LinePrinterOptions): LinePrinter {
  let state = initialRunState;
  /** When each step was last heard of. */
  const spokenAt = new Map<string, number>();
  /** Below which group's line the next one stands: what belongs to another says so. */
  let heading = '';
  const spoken = new Set<string>();
  let skipped: { at: string; pad: string; title: string; reason: string }[] = [];
  const say = (at: string, line: string) => print(`${theme.dim(timeOf(at))}  ${line}`);
  const indented = (lines: readonly string[], pad = '') => {
    for (const line of lines) print(`          ${pad}${line}`);
  };
  return {
    get state() {
      return state;
    },
    take(event) {
      const isOld = 'seq' in event && event.seq <= Math.max(state.seq, after);
      state = reduceRun(state, event);
      if (!isOld) tell(event);
      return state;
    },
  };

  function tell(event: RunEvent): void {
    const { at, type } = event;
    const step = 'step' in event ? state.steps.find(({ id }) => id === event.step) : undefined;
    if (!(type === 'step-result' && step?.now.status === 'skipped')) tellSkipped();
    const pad = '  '.repeat(step?.depth ?? 0);
    if (type === 'run-started') {
      const { id, title, cluster, manifests } = event.run;
      say(at, theme.strong(printableLine(title)));
      indented([
        `run ${id}, ${event.run.steps.filter(({ group }) => !group).length} steps`,
        `${event.run.production ? `${theme.warn('PRODUCTION')} ` : ''}${cluster.none ? 'without a cluster' : `cluster ${cluster.context}${cluster.sandbox ? ' (sandbox)' : ''}, namespace ${cluster.namespace}, manifests: ${manifests}`}`,
      ]);
    } else if (type === 'lock' && (event.state === 'unguarded' || event.state === 'lost')) {
      const what = event.state === 'lost' ? 'the lock is lost: what is running is finished first' : 'unguarded';
      say(at, theme.warn(`${theme.symbols.warn} ${what}${event.note ? `; ${printableLine(event.note)}` : ''}`));
    } else if (type === 'run-resumed') {
      say(at, `resumed${event.notes.length > 0 ? ':' : ''}`);
      indented(event.notes.map(printableLine));
    } else if (type === 'step-intent') {
      spokenAt.set(event.step, Date.parse(at));
      if (step?.group) {
        say(at, `${pad}${theme.title(labelOf(step))}`);
        heading = step.id;
      } else if (event.attempt > 1 && step)
        say(at, `${pad}${theme.symbols.next} ${labelOf(step)}: again${foundBy(event)}`);
    } else if (type === 'alarm' && step)
      say(at, `${pad}${theme.warn(`${theme.symbols.warn} ${labelOf(step)}: ${printableLine(event.text)}`)}`);
    else if (type === 'undo-intent' && step) say(at, `${pad}${theme.symbols.next} ${labelOf(step)}: is taken back`);
    else if (type === 'progress') tellProgress(event, step, pad);
    else if ((type === 'step-result' || type === 'undo-result') && step) tellResult(at, step, pad);
    else if (type === 'question') indented(questionLines(event.question));
    else if (type === 'answer') say(at, `answered by ${printableLine(event.by)}`);
    else if (type === 'stop-requested')
      say(at, `${theme.symbols.warn} to be stopped, by ${event.by}: what is running is finished first`);
    else if (type === 'run-ended') tellEnd(at, event);
    else if (type === 'interrupted')
      say(
        at,
        `${theme.bad(theme.symbols.bad)} interrupted: ${printableLine(event.reason ?? 'the run’s process is gone')}`,
      );
  }

  function tellProgress(event: Extract<RunEvent, { type: 'progress' }>, step: StepState | undefined, pad: string) {
    const { at, text } = event;
    const key = `${event.step} ${text}`;
    const since = Date.parse(at) - (spokenAt.get(event.step) ?? 0);
    if (!step || spoken.has(key) || since < progressEveryMs) return;
    spokenAt.set(event.step, Date.parse(at));
    spoken.add(key);
    say(at, `${pad}${theme.dim(`… ${labelOf(step)}: ${printableLine(text)}`)}`);
  }

  /** A step's title; with that of what holds it where the line above belongs to something else. */
  function labelOf({ id, title, group }: StepState): string {
    const parent = id.slice(0, Math.max(0, id.lastIndexOf('/')));
    const holder = parent === heading ? undefined : state.steps.find((step) => step.group && step.id === parent);
    if (!group) heading = parent;
    return printableLine(holder ? `${holder.title}: ${title}` : title);
  }

  function tellResult(at: string, step: StepState, pad: string): void {
    const { now } = step;
    if (now.status === 'pending' || now.status === 'running') return;
    if (step.group && heading === step.id) heading = step.id.slice(0, Math.max(0, step.id.lastIndexOf('/')));
    if (now.status === 'skipped') {
      noteSkipped(at, step, now.reason, pad);
      return;
    }
    // What a group holds has said it all, unless that was repaired.
    if (step.group && now.status !== 'undone' && !isRescued(now)) return;
    const title = labelOf(step);
    const took = now.ms >= noticeableMs ? ` ${theme.dim(`(${formatDuration(now.ms)})`)}` : '';
    const bad = `${pad}${theme.bad(`${theme.symbols.bad} ${title}`)}${took}`;
    if (now.status === 'undone') {
      say(at, `${pad}${theme.symbols.skipped} ${title}: taken back  ${theme.dim(printableLine(now.summary))}`);
      return;
    }
    if (now.status === 'done') {
      const summary = now.summary ? `  ${theme.dim(printableLine(now.summary))}` : '';
      say(at, `${pad}${theme.ok(theme.symbols.ok)} ${title}${took}${summary}`);
    } else if (now.status === 'failed') {
      say(at, `${bad}  failed: ${printableLine(now.problem.message)}`);
      indented(problemLines(now.problem, theme), `${pad}  `);
    } else say(at, `${bad}  not met: ${printableLine(now.reason)}`);
    const load = step.outputs.load === undefined ? undefined : state.load;
    if (load) {
      print('');
      for (const line of summaryLines(load, { title: system, symbols: theme.symbols })) print(line);
      print('');
    } else
      indented(
        now.findings.flatMap((finding) => findingLines(finding, theme)),
        `${pad}  `,
      );
  }

  function noteSkipped(at: string, step: StepState, why: string, pad: string): void {
    // What lies below a skipped playbook is skipped with it: once is enough.
    const parent = state.steps.find(({ id }) => id === step.id.slice(0, step.id.lastIndexOf('/')));
    const [title, reason] = [printableLine(step.title), printableLine(why)];
    if (parent?.now.status !== 'skipped') skipped.push({ at, pad, title, reason });
  }

  /** What was skipped one after the other: one by one with its reason, several in one line. */
  function tellSkipped(): void {
    const [first, ...others] = skipped;
    if (!first) return;
    const what =
      others.length === 0
        ? `${first.title}  skipped: ${first.reason}`
        : `${skipped.length} steps skipped: ${skipped.map(({ title }) => title).join(', ')}`;
    skipped = [];
    say(first.at, `${first.pad}${theme.dim(`${theme.symbols.skipped} ${what}`)}`);
  }

  function tellEnd(at: string, event: Extract<RunEvent, { type: 'run-ended' }>): void {
    const sign = event.status === 'done' ? theme.ok(theme.symbols.ok) : theme.bad(theme.symbols.bad);
    say(at, `${sign} ${theme.strong(printableLine(event.summary))}`);
    for (const line of event.next ?? []) print(`  ${theme.symbols.next} ${printableLine(line)}`);
  }
}

function foundBy({ found }: Extract<RunEvent, { type: 'step-intent' }>): string {
  return found === undefined ? '' : `, as ${printableLine(found)}`;
}

/** Local time of day. */
function timeOf(at: string): string {
  const time = new Date(at);
  const pad = (value: number) => String(value).padStart(2, '0');
  return `${pad(time.getHours())}:${pad(time.getMinutes())}:${pad(time.getSeconds())}`;
}

/** A finding in one line, and what to do about one that is not so. */
function findingLines({ title, level, expected, observed, evidence = [], repair }: Finding, theme: Theme): string[] {
  const { ok, warn, bad, next } = theme.symbols;
  if (level === 'ok') return [`${theme.ok(ok)} ${printableLine(title)}: ${printableLine(observed)}`];
  const sign = level === 'warning' ? theme.warn(`${warn} warning:`) : theme.bad(`${bad} not so:`);
  return [
    `${sign} ${printableLine(title)}: expected ${printableLine(expected)}, observed ${printableLine(observed)}`,
    ...evidence.map((line) => `    ${printableLine(line)}`),
    ...(repair ? [`    ${next} ${printableLine(repair)}`] : []),
  ];
}

function problemLines({ where, evidence = [], next = [] }: StepProblem, theme: Theme): string[] {
  return [
    ...(where ? [`at ${printableLine(where)}`] : []),
    ...evidence.flatMap((line) => printable(line).split('\n')),
    ...next.map((line) => `${theme.symbols.next} ${printableLine(line)}`),
  ];
}

/** What a question says, without how to answer it. */
function questionLines(question: Question): string[] {
  const details = 'details' in question ? (question.details ?? []) : [];
  return [`? ${printableLine(question.text)}`, ...details.map((line) => `  ${printableLine(line)}`)];
}
