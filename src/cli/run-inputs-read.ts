import { exitCodes, Problem } from '../base/errors.ts';
import { printableLine } from '../base/printable.ts';
import { connect } from '../cluster/connect/connect.ts';
import type { ClusterChoice } from '../cluster/connection.ts';
import { readOnly } from '../cluster/read-only.ts';
import { type GivenInput, resolveInputs } from '../playbooks/inputs.ts';
import {
  type CurrentInputs,
  type InputReading,
  readInputs,
  type UnreadInput,
  withReading,
} from '../playbooks/inputs-from-cluster.ts';
import type { Playbook } from '../playbooks/model.ts';
import type { LoadedRun } from '../playbooks/runs/loaded-run.ts';

/** What was read for a run: the playbook with it, and what the run's request keeps of it. */
export interface ReadRun<Loaded> {
  loaded: Loaded;
  current: CurrentInputs;
  /** What could not be read, as sentences. */
  notes: string[];
}

/**
 * Reads what the inputs of a run name in its cluster. With `mustRead`, what there is now has to be known of every input that is
 * not given: a default in its place might undo what somebody set. Throws `Problem`.
 */
export async function readRunInputs<Loaded extends LoadedRun>(
  loaded: Loaded,
  given: readonly GivenInput[],
  cluster: ClusterChoice,
  { mustRead }: { mustRead: boolean },
): Promise<ReadRun<Loaded>> {
  const { playbook, system } = loaded;
  const namespace = cluster.namespace ?? system.namespace;
  const connection = readOnly(await connect({ ...cluster, namespace }));
  try {
    const reading = await readInputs(connection, playbook, namespace);
    if (mustRead) refuseUnread(playbook, reading, given);
    return { loaded: { ...loaded, playbook: withReading(playbook, reading) }, ...toldOf(reading) };
  } finally {
    connection.close();
  }
}

/** What could not be read, one sentence for each reason; and what there is now. */
export function toldOf({ current, unread }: InputReading): { current: CurrentInputs; notes: string[] } {
  const of = (key: UnreadInput['key']) => byReason(unread.filter((one) => one.key === key));
  const notes = [
    ...of('from').map(
      ([reason, names]) => `${names.join(', ')}: the default stands in for what there is now: ${reason}`,
    ),
    ...of('choices').map(([reason, names]) => `${names.join(', ')}: what may be chosen is not known: ${reason}`),
  ];
  return { current, notes: notes.map(printableLine) };
}

function byReason(unread: readonly UnreadInput[]): [reason: string, names: string[]][] {
  const reasons = [...new Set(unread.map(({ reason }) => reason))];
  return reasons.map((reason) => [reason, unread.filter((one) => one.reason === reason).map(({ name }) => name)]);
}

/**
 * What is wrong with given inputs whatever the cluster has: told before anything is connected to. Throws `Problem` (exit code 2).
 */
export function checkGiven({ ref, inputs }: Playbook, given: readonly GivenInput[]): void {
  const lenient = Object.entries(inputs).map(([name, one]) => {
    const reads = one.from !== undefined || one.choices !== undefined;
    return [name, reads || one.sensitive ? { ...one, optional: true } : one] as const;
  });
  resolveInputs({ ref, inputs: Object.fromEntries(lenient) }, given);
}

function refuseUnread(playbook: Playbook, { unread }: InputReading, given: readonly GivenInput[]): void {
  const named = new Set(given.map(({ name }) => name));
  const missing = unread.filter(({ name, key }) => key === 'from' && !named.has(name));
  if (missing.length === 0) return;
  const what = missing.length === 1 ? 'an input' : `${missing.length} inputs`;
  throw new Problem(`What there is now of ${what} of ${playbook.ref} could not be read`, {
    evidence: byReason(missing).map(([reason, names]) => `${names.join(', ')}: ${reason}`),
    next: ['Give each with --set; its default might undo what somebody has set.'],
    exitCode: exitCodes.usage,
  });
}
