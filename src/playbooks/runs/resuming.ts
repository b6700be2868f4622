import { Problem } from '../../base/errors.ts';
import type { RunHeader, RunRecord } from './events.ts';
import type { Execution } from './execution.ts';
import { readJournalContent } from './journal.ts';
import { runPaths } from './run-folder.ts';

/** Records that a run goes on, with what was found; asks when what it is made of has changed since. Throws `Problem` on a no. */
export async function acceptChanges(
  header: RunHeader,
  records: readonly RunRecord[],
  { sink, questions, control, earlier, run }: Execution,
): Promise<void> {
  const before = records.find((record) => record.type === 'run-started')?.run;
  const journal = readJournalContent(runPaths(run.folder).journal);
  const changes = [...(before ? changesBetween(before, header) : []), ...journal.faults.map(asChange)];
  const open = header.steps.filter(({ id, group }) => !group && earlier.open.has(id));
  const lookedAt = open.map(({ title }) => `"${title}" has no result: it is looked at again`);
  sink.record({ type: 'run-resumed', pid: process.pid, notes: [...changes, ...lookedAt] });
  if (changes.length === 0) return;
  const text = 'What this run is made of has changed since it began. Go on with it as it is now?';
  const [step] = open;
  const question = { kind: 'confirm', text, details: changes } as const;
  const answer = await questions.ask(
    step?.id ?? header.steps[0]?.id ?? '',
    { ...question, details: [...changes] },
    control.stopping,
  );
  if (answer.kind === 'confirm' && answer.yes) return;
  throw new Problem('It was not gone on with: the playbook or its files have changed');
}

function asChange(fault: string): string {
  return `Something has changed the records of this run: ${fault}`;
}

function changesBetween(before: RunHeader, now: RunHeader): string[] {
  const changes: string[] = [];
  if (before.hash !== now.hash)
    changes.push('The playbook, its manifests or its inputs are not those that it began with');
  if (before.manifests !== now.manifests) changes.push(`Manifests: ${before.manifests} before, ${now.manifests} now`);
  if (before.cluster.server !== now.cluster.server)
    changes.push(`Cluster: ${before.cluster.server} before, ${now.cluster.server} now`);
  if (before.programVersion !== now.programVersion)
    changes.push(`tars-console ${before.programVersion} before, ${now.programVersion} now`);
  return changes;
}
