import { setTimeout as wait } from 'node:timers/promises';
import { exitCodes, messageOf, Problem } from '../base/errors.ts';
import { loadSettings } from '../configuration/settings.ts';
import { Crash, untilCrash } from '../playbooks/runs/crash.ts';
import { LockProblem } from '../playbooks/runs/lock-problem.ts';
import { runRunner } from '../playbooks/runs/runner.ts';
import { failureMark, progressMark, type RunnerFailure } from '../playbooks/runs/start.ts';
import { fileProblem } from './file-problem.ts';
import { packageVersion } from './package-version.ts';
import { loadRun } from './run-loading.ts';

/** `runner <folder>`: the process of a run. Whoever started it reads from its standard error why it could not begin. */
export async function runnerCommand(folder: string): Promise<number> {
  // A closed terminal ends nothing, and neither does a starter that has gone.
  process.on('SIGHUP', () => {});
  process.stderr.on('error', () => {});
  const crashed = untilCrash();
  try {
    const running = runRunner(folder, {
      crashed,
      load: loadRun,
      programVersion: packageVersion(),
      production: loadSettings().production,
      progress: (text) => process.stderr.write(`${progressMark}${text}\n`),
      onInterrupt(stop) {
        process.on('SIGINT', stop);
        process.on('SIGTERM', stop);
      },
    });
    return await Promise.race([running, longAfter(crashed)]);
  } catch (thrown) {
    const cause = thrown instanceof Crash ? thrown.cause : thrown;
    const error = fileProblem(cause) ?? cause;
    const { where, next, evidence, exitCode } =
      error instanceof Problem
        ? error
        : { where: undefined, next: [], evidence: stackOf(error), exitCode: exitCodes.failed };
    const lock = error instanceof LockProblem ? error.lock : undefined;
    const failure: RunnerFailure = { message: messageOf(error), where, next, evidence, exitCode, lock };
    await new Promise<void>((resolve) => {
      process.stderr.write(`${failureMark}${JSON.stringify(failure)}\n`, () => resolve());
    });
    return exitCode;
  }
}

/** Milliseconds that a run gets to record its end after a crash. */
const recordWithinMs = 10_000;

/** Throws a crash once a run that had begun would have ended by it. */
async function longAfter(crashed: Promise<never>): Promise<never> {
  try {
    return await crashed;
  } catch (error) {
    await wait(recordWithinMs);
    throw error;
  }
}

function stackOf(error: unknown): string[] {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n').slice(1, 6) : [];
  return ['This is a fault of tars-console itself.', ...lines.map((line) => line.trim())];
}
