import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodes, messageOf, Problem } from '../../base/errors.ts';
import { noClusterName } from '../../cluster/connect/no-cluster.ts';
import type { ClusterChoice } from '../../cluster/connection.ts';
import { type JournalContent, readJournalContent } from './journal.ts';
import { runPaths, runsFolder } from './run-folder.ts';
import { isRunning } from './run-process.ts';
import { type RunRequest, readRequest } from './run-request.ts';
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
  /** What somebody or a broken disk has changed in its journal; empty where all is as it was written. */
  faults: readonly string[];
  /** Version of its records where that is newer than what this program knows. */
  newerVersion: number | undefined;
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

/** What to say when somebody wants to go on with a run whose records a later version has written. */
export function madeByNewer(id: string): Problem {
  return new Problem(`A newer tars-console made this run: ${id}`, {
    next: ['Use that one to go on with it.', `What can be read of it: tars-console runs show ${id}`],
  });
}

async function summarise(id: string, folder: string): Promise<RunSummary | undefined> {
  const paths = runPaths(folder);
  const content = contentIn(paths.journal);
  const { faults, newerVersion } = content;
  const state = reduceRunEvents(initialRunState, content.records);
  const { run, ended } = state;
  if (!run) return unrecorded(id, folder, content);
  const status = ended ? ended.status : (await isRunning(paths.socket)) ? state.status : 'interrupted';
  const { sandbox, none, kubeconfig, context, namespace } = run.cluster;
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
    cluster: { sandbox, ...(none ? { none } : {}), kubeconfig, context, namespace },
    context,
    faults,
    newerVersion,
    state: { ...state, status },
  };
}

function contentIn(journal: string): JournalContent {
  try {
    return readJournalContent(journal);
  } catch (error) {
    return { records: [], faults: [`the journal cannot be read: ${messageOf(error)}`], newerVersion: undefined };
  }
}

/** A starting process writes its first record within this time, or it never will. */
const startsWithinMs = 30_000;

/** A run of which nothing is recorded: it was asked for, and its process is starting or ended before its first record. */
async function unrecorded(id: string, folder: string, content: JournalContent): Promise<RunSummary | undefined> {
  const { plan, socket } = runPaths(folder);
  const request = requestIn(folder);
  if (!request) return undefined;
  const startedAt = statSync(plan).mtime;
  const { sandbox, none, kubeconfig, context, namespace } = request.cluster;
  const starting = Date.now() - startedAt.getTime() < startsWithinMs || (await isRunning(socket));
  return {
    id,
    folder,
    status: starting ? 'running' : 'interrupted',
    playbook: request.playbook,
    system: request.playbook.split('/')[0] ?? '',
    title: request.playbook,
    startedAt: startedAt.toISOString(),
    endedAt: undefined,
    summary: starting ? 'is starting' : 'ended before its first record',
    cluster: { sandbox, ...(none ? { none } : {}), kubeconfig, context, namespace },
    context: context ?? (none ? noClusterName : sandbox ? 'sandbox' : ''),
    faults: content.faults,
    newerVersion: content.newerVersion,
    state: { ...initialRunState, status: starting ? 'running' : 'interrupted' },
  };
}

function requestIn(folder: string): RunRequest | undefined {
  try {
    return readRequest(folder);
  } catch {
    return undefined;
  }
}

function current({ steps, question }: RunState): string {
  if (question) return `asks: ${question.question.text}`;
  const running = steps.findLast(({ now }) => now.status === 'running');
  const step = running ?? steps.findLast(({ now }) => now.status !== 'pending');
  return step?.title ?? 'has not begun';
}
