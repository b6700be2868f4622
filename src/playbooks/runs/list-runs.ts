import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodes, Problem } from '../../base/errors.ts';
import type { ClusterChoice } from '../../cluster/connection.ts';
import { readJournal } from './journal.ts';
import { runPaths, runsFolder } from './run-folder.ts';
import { isRunning } from './run-process.ts';
import { initialRunState, type RunState, type RunStatusNow, reduceRunEvents } from './state.ts';

export interface RunSummary {
  id: string;
  folder: string;
  /** `interrupted`: its process is gone and it has not ended. */
  status: RunStatusNow;
  playbook: string;
  system: string;
  title: string;
  startedAt: string;
  endedAt: string | undefined;
  /** How it ended, or what it is at. */
  summary: string;
  cluster: ClusterChoice;
  context: string;
  /** As its journal says, without samples and output. */
  state: RunState;
}

/** Whether a run can be resumed. */
export function isUnfinished({ status }: Pick<RunSummary, 'status'>): boolean {
  return status === 'interrupted' || status === 'stopped' || status === 'failed' || status === 'not-met';
}

/** All runs of this user, newest first. */
export async function listRuns(): Promise<RunSummary[]> {
  const runs = runsFolder();
  if (!existsSync(runs)) return [];
  const found = await Promise.all(readdirSync(runs).map((id) => summarise(id, join(runs, id))));
  return found.filter((run) => run !== undefined).sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
}

/** The run of this name, or the only one whose name begins or ends so. Throws `Problem`. */
export async function findRun(name: string): Promise<RunSummary> {
  const runs = await listRuns();
  const exact = runs.find(({ id }) => id === name);
  if (exact) return exact;
  const fitting = name === '' ? [] : runs.filter(({ id }) => id.startsWith(name) || id.endsWith(name));
  const [only, second] = fitting;
  if (only && !second) return only;
  throw new Problem(only ? `More than one run fits "${name}"` : `There is no run "${name}"`, {
    evidence: (only ? fitting : runs).slice(0, 5).map(({ id, title, status }) => `${id}  ${status}  ${title}`),
    next: [runs.length > 0 ? 'tars-console runs' : 'tars-console demo'],
    exitCode: exitCodes.usage,
  });
}

/** Forgets a run: its folder goes. Throws `Problem` while it is running. */
export async function discardRun(name: string): Promise<RunSummary> {
  const run = await findRun(name);
  if (await isRunning(runPaths(run.folder).socket))
    throw new Problem(`The run ${run.id} is going on`, { next: [`tars-console stop ${run.id}`] });
  rmSync(run.folder, { recursive: true, force: true });
  return run;
}

async function summarise(id: string, folder: string): Promise<RunSummary | undefined> {
  const paths = runPaths(folder);
  const state = reduceRunEvents(initialRunState, readJournal(paths.journal));
  const { run, ended } = state;
  if (!run) return undefined;
  const status = ended ? ended.status : (await isRunning(paths.socket)) ? state.status : 'interrupted';
  const { sandbox, kubeconfig, context, namespace } = run.cluster;
  return {
    id,
    folder,
    status,
    playbook: run.playbook,
    system: run.system,
    title: run.title,
    startedAt: run.startedAt,
    endedAt: ended?.at,
    summary: ended?.summary ?? current(state),
    cluster: { sandbox, kubeconfig, context, namespace },
    context,
    state: { ...state, status },
  };
}

function current({ steps, question }: RunState): string {
  if (question) return `asks: ${question.question.text}`;
  const running = steps.findLast(({ now }) => now.status === 'running');
  const step = running ?? steps.findLast(({ now }) => now.status !== 'pending');
  return step?.title ?? 'has not begun';
}
