import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { exitCodes, Problem } from '../../base/errors.ts';
import { createMasker } from '../../base/masking.ts';
import { connect } from '../../cluster/connect/connect.ts';
import type { Connection } from '../../cluster/connection.ts';
import { readOnly } from '../../cluster/read-only.ts';
import { isProduction } from '../../configuration/production.ts';
import { refuseStrangers } from '../consent.ts';
import { everyStep, flattenPlaybook } from '../plan.ts';
import { effectsOf } from '../step-effects.ts';
import { clusterOfRun } from './cluster-of-run.ts';
import { orCrash } from './crash.ts';
import type { RunHeader, RunRecord } from './events.ts';
import { execute } from './execute.ts';
import { type Execution, readEarlier } from './execution.ts';
import { readJournal } from './journal.ts';
import type { LoadedRun } from './loaded-run.ts';
import type { RunLock } from './lock.ts';
import { patientConnection } from './patient-connection.ts';
import { requireTyped } from './production.ts';
import { createPublisher, type RunCommand } from './publisher.ts';
import { createQuestions } from './questions.ts';
import { acceptChanges, hasNews, wasGoneOnWith } from './resuming.ts';
import { recordBadEnd, recordEnd } from './run-ending.ts';
import { runPaths } from './run-folder.ts';
import { createHeader, surroundingsOf, timeInNames } from './run-header.ts';
import { enterLock, leaveLock, lockFor } from './run-lock.ts';
import { isRunning } from './run-process.ts';
import { type RunnerOrders, type RunRequest, readRequest } from './run-request.ts';
import { checkRunRights } from './run-rights.ts';
import { createRunSink } from './run-sink.ts';
import { leftOut } from './selection.ts';
import { createSensitiveInputs } from './sensitive-inputs.ts';
import { createRunControl, isStop, neverBegun, type RunControl } from './stopping.ts';

export interface RunnerHost {
  /** Throws `Problem` with every fault in the files. */
  load(request: RunRequest): LoadedRun;
  programVersion: string;
  /** Patterns of contexts that are production. */
  production: readonly string[];
  /** What is waited for before the run begins. */
  progress(text: string): void;
  /** Rejects with what nobody has caught. */
  crashed: Promise<never>;
  /** Calls back for SIGINT and SIGTERM. */
  onInterrupt(stop: () => void): void;
}

/**
 * The process of a run: reads its orders from the standard input, executes, and ends with the run's exit code. Throws the
 * `Problem` for which it could not begin; nothing is recorded then.
 */
export async function runRunner(folder: string, host: RunnerHost): Promise<number> {
  const control = createRunControl();
  let interrupt = () => control.stop();
  host.onInterrupt(() => interrupt());
  const orders = JSON.parse(await text(process.stdin)) as RunnerOrders;
  const request = readRequest(folder);
  const paths = runPaths(folder);
  if (await isRunning(paths.socket)) throw new Problem(`The run ${request.id} is going on`);
  const earlier = existsSync(paths.journal) ? readJournal(paths.journal) : [];
  const loaded = host.load(request);
  refuseEffects(loaded, request);
  refuseStrangers(loaded);
  clusterOfRun(loaded.playbook, request.cluster);
  const cluster = { ...request.cluster, namespace: request.cluster.namespace ?? loaded.system.namespace };
  const whole = await connect(cluster);
  const connection = request.readOnly ? readOnly(whole) : whole;
  let lock: RunLock | undefined;
  try {
    const production = isProduction(connection.info, host.production);
    if (production) requireTyped(connection.info.context, orders);
    const known = await surroundingsOf(loaded, connection, request.cluster.kubeconfig);
    const before = earlier.find((record) => record.type === 'run-started')?.run;
    const fresh = await createHeader(request, loaded, known, { ...host, production });
    const header = before ? { ...fresh, startedAt: before.startedAt } : fresh;
    // What is named by its time is found again when the run goes on.
    const surroundings = { ...known, run: { time: timeInNames(header.startedAt) } };
    const patient = patientConnection(connection);
    await checkRunRights({ request, orders, loaded, connection: patient, surroundings, earlier });
    lock = await lockFor({ request, orders, loaded, connection }, host, control.stopping);
    control.stopping.throwIfAborted();
    const setup = { request, orders, loaded, connection: patient, surroundings, header, earlier, lock, control };
    const onInterrupt = (stop: () => void) => {
      interrupt = stop;
    };
    return await runToEnd(setup, paths, { ...host, onInterrupt });
  } catch (error) {
    throw isStop(error) ? neverBegun() : error;
  } finally {
    // Freed long before, unless the run could not even be recorded.
    if (lock?.state === 'held') await lock.release();
    whole.close();
  }
}

interface Setup {
  request: RunRequest;
  orders: RunnerOrders;
  loaded: LoadedRun;
  connection: Connection;
  surroundings: Execution['surroundings'];
  header: RunHeader;
  earlier: RunRecord[];
  lock: RunLock | undefined;
  control: RunControl;
}

async function runToEnd(setup: Setup, paths: ReturnType<typeof runPaths>, host: RunnerHost): Promise<number> {
  const { request, orders, loaded, header, earlier, lock, control } = setup;
  const steps = flattenPlaybook(loaded.playbook);
  const skipped = leftOut(steps, request);
  const masker = createMasker();
  const secrets = createSensitiveInputs(loaded.playbook, orders.secrets, masker);
  let act: (command: RunCommand) => void = () => {};
  const publisher = await createPublisher(paths.socket, earlier, (command) => act(command));
  if (hasNews(earlier, paths.journal)) {
    await publisher.close();
    throw wasGoneOnWith(request.id);
  }
  const sink = createRunSink(paths, publisher.publish, masker, { onBroken: () => control.stop() });
  const asked = earlier.filter(({ type }) => type === 'question').length;
  const { assumeYes, interactive } = orders;
  const questions = createQuestions({ sink, assumeYes, interactive, asked });
  const stop = (by: string, now = false) =>
    requestStop(control, () => sink.record({ type: 'stop-requested', by }), now);
  act = (command) => {
    const by = 'by' in command && command.by ? command.by : 'attached';
    if (command.type === 'answer') questions.answer(command.id, command.answer, by);
    else if (command.type === 'secret') secrets.set(command.name, command.value);
    else stop(by, command.type === 'stop-now');
  };
  host.onInterrupt(() => stop('signal', control.stopping.aborted));
  const execution: Execution = {
    ...setup,
    ...loaded,
    inputs: request.inputs,
    run: { id: request.id, folder: paths.folder },
    sink,
    questions,
    secrets,
    earlier: readEarlier(earlier),
    leftOut: skipped,
    accepted: request.accepted,
  };
  try {
    if (orders.resume && earlier.length > 0) await acceptChanges(header, earlier, execution);
    else sink.record({ type: 'run-started', run: header, pid: process.pid });
    await enterLock(lock, header, execution);
    const ended = await orCrash(execute(execution), host.crashed, execution);
    return recordEnd(execution, header, ended, await leaveLock(lock, execution));
  } catch (error) {
    await leaveLock(lock, execution);
    return recordBadEnd(execution, error);
  } finally {
    await publisher.close();
    sink.close();
  }
}

function requestStop(control: RunControl, say: () => void, now: boolean): void {
  try {
    if (!control.stopping.aborted) say();
  } catch {
    // It stops all the same, where that cannot be written down.
  }
  if (now) control.stopNow();
  else control.stop();
}

/** Throws `Problem` (exit code 2) for a playbook that acts where nothing may be changed. */
export function refuseEffects(
  { playbook, stepKinds }: Pick<LoadedRun, 'playbook' | 'stepKinds'>,
  { readOnly }: Pick<RunRequest, 'readOnly'>,
): void {
  if (!readOnly) return;
  const acting = everyStep(playbook).filter(({ step }) => effectsOf(stepKinds, step) !== 'none');
  if (acting.length === 0) return;
  throw new Problem(`${playbook.title} changes things, and --read-only refuses that`, {
    evidence: acting.slice(0, 5).map(({ id, step }) => `${id}: ${step.title}`),
    next: ['Leave --read-only out, or use --plan to see what it would do.'],
    exitCode: exitCodes.usage,
  });
}
