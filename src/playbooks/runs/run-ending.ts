import { formatDuration } from '../../base/duration.ts';
import { exitCodes, messageOf, Problem } from '../../base/errors.ts';
import { createPlanContext } from '../plan-context.ts';
import type { RunHeader, RunStatus } from './events.ts';
import type { Execute } from './execute.ts';
import type { Execution } from './execution.ts';

const exitCodeOf: Record<RunStatus, number> = {
  done: exitCodes.done,
  failed: exitCodes.failed,
  'not-met': exitCodes.notMet,
  stopped: exitCodes.interrupted,
};

const words: Record<RunStatus, string> = {
  done: 'done',
  failed: 'failed',
  'not-met': 'not met',
  stopped: 'stopped',
};

/** Records how a run ended, `said` if there is more to say, and what to do next; returns its exit code. */
export function recordEnd(execution: Execution, header: RunHeader, ended: Execute, said?: string): number {
  const { status, at, title, unanswered } = ended;
  // That nobody could be asked is no interruption: somebody has to look at it.
  const exitCode = unanswered ? exitCodes.failed : exitCodeOf[status];
  const step = header.steps.find(({ id }) => id === at)?.title ?? title;
  const took = formatDuration(Date.now() - Date.parse(header.startedAt));
  const where = step === undefined ? '' : ` at: ${step}`;
  const whole = `${header.title}: ${words[status]}${where}, ${step === undefined ? 'in' : 'after'} ${took}`;
  const summary = [whole, ended.why, said].filter((text) => text !== undefined && text !== '').join('; ');
  const next = status === 'done' ? nextSteps(execution) : waysOn(header.id, status);
  execution.sink.record({ type: 'run-ended', status, exitCode, summary, ...(next.length > 0 ? { next } : {}) });
  return exitCode;
}

/** The end of a run that could not be executed. */
export function recordBadEnd({ sink }: Pick<Execution, 'sink'>, error: unknown): number {
  const summary = error instanceof Problem ? error.message : `A fault of tars-console itself: ${messageOf(error)}`;
  sink.record({ type: 'run-ended', status: 'failed', exitCode: exitCodes.failed, summary });
  return exitCodes.failed;
}

function waysOn(id: string, status: RunStatus): string[] {
  const again = status === 'not-met' ? 'once what is named above is repaired' : 'goes on where it ended';
  return [`tars-console resume ${id}   (${again})`, `tars-console runs show ${id}`];
}

function nextSteps({ playbook, connection, inputs, surroundings }: Execution): string[] {
  const next = playbook.next ?? [];
  try {
    return createPlanContext(playbook, connection.info.namespace, { inputs, steps: {}, ...surroundings }).render(next);
  } catch {
    return next;
  }
}
