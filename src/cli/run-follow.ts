import { exitCodes } from '../base/errors.ts';
import type { AttachedRun } from '../playbooks/runs/attach.ts';
import type { RunEvent } from '../playbooks/runs/events.ts';
import type { Question } from '../playbooks/runs/question.ts';
import { initialRunState, type RunState, reduceRun } from '../playbooks/runs/state.ts';
import { outputTheme, printHints, printJson, printNote } from './output.ts';
import { createLinePrinter } from './run-lines.ts';
import { promptFor } from './run-prompt.ts';

export interface FollowOptions {
  output: 'text' | 'ndjson';
  /** Ctrl-C stops the run, as for who started it; else it only ends the watching. */
  owner: boolean;
  /** Questions are asked on the terminal. */
  interactive: boolean;
  system?: string | undefined;
  /** Lines begin after this record. */
  after?: number | undefined;
}

/** Prints a run to its end; returns the run's exit code, or what ended the watching. */
export async function followRun(run: AttachedRun, options: FollowOptions): Promise<number> {
  const take = options.output === 'ndjson' ? createEventPrinter() : createPrinter(options);
  const interrupts = catchInterrupts(run, options.owner);
  let asking: AbortController | undefined;
  let state = initialRunState;
  let offered: string | undefined;
  try {
    for await (const event of run.events) {
      state = take(event);
      if (event.type === 'question' && options.interactive) {
        asking?.abort();
        asking = new AbortController();
        const { id, question } = event;
        // Records that were missed so far may hold its answer already; they come first.
        setImmediate(() => void askLater(id, question, asking));
      } else if (event.type === 'answer' || event.type === 'run-ended' || isOver(event, offered)) asking?.abort();
      offered = state.offer?.step;
    }
  } finally {
    asking?.abort();
    interrupts.release();
  }
  return interrupts.left() ?? exitCodeOf(state, run.id);

  async function askLater(id: string, question: Question, ask: AbortController | undefined): Promise<void> {
    if (!ask || ask.signal.aborted || ![state.question?.id, state.offer?.id].includes(id)) return;
    const answer = await promptFor(question, ask.signal, interrupts.interrupt).catch(() => undefined);
    if (answer) await run.answer(id, answer).catch(() => undefined);
  }
}

/** The step that offered something has ended, and nobody may take it up any more. */
function isOver(event: RunEvent, offered: string | undefined): boolean {
  return event.type === 'step-result' && event.step === offered;
}

function createPrinter({ system, after }: FollowOptions): (event: RunEvent) => RunState {
  const theme = outputTheme();
  return createLinePrinter({ print: printHints, theme, system, after }).take;
}

function createEventPrinter(): (event: RunEvent) => RunState {
  let state = initialRunState;
  return (event) => {
    state = reduceRun(state, event);
    printJson(event);
    return state;
  };
}

function exitCodeOf({ ended }: RunState, id: string): number {
  if (ended) return ended.exitCode;
  printNote(`The run was interrupted. It goes on with: tars-console resume ${id}`);
  return exitCodes.failed;
}

/** Ctrl-C: once stops after the running effects, twice at once. Watching alone just ends. */
function catchInterrupts(run: AttachedRun, owner: boolean) {
  let times = 0;
  let left: number | undefined;
  const interrupt = () => {
    times += 1;
    if (!owner || times > 2) {
      left = exitCodes.interrupted;
      printNote(`The run goes on: tars-console follow ${run.id}`);
      run.close();
    } else if (times === 1) {
      printNote('Stopping after what is running now. Ctrl-C again stops at once.');
      void run.stop().catch(() => {});
    } else {
      printNote(`Stopping at once. It goes on with: tars-console resume ${run.id}`);
      void run.stopNow().catch(() => {});
    }
  };
  const hangUp = () => {
    left = exitCodes.hangup;
    run.close();
  };
  const terminate = () => {
    left ??= exitCodes.terminated;
    void (owner ? run.stop() : Promise.resolve()).catch(() => {});
    if (!owner) run.close();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', terminate);
  process.on('SIGHUP', hangUp);
  return {
    interrupt,
    left: () => left,
    release() {
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', terminate);
      process.off('SIGHUP', hangUp);
    },
  };
}
