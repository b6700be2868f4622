import { Problem } from '../../base/errors.ts';
import type { RunHeader, RunRecord } from './events.ts';
import type { Execution } from './execution.ts';
import { headerDifferences } from './header-differences.ts';
import { readJournal, readJournalContent } from './journal.ts';
import { runPaths } from './run-folder.ts';

/**
 * Records that a run goes on, with what is unfinished; asks when what it is made of has changed since. What was accepted once
 * is not asked about again. Throws `Problem` on a no.
 */
export async function acceptChanges(
  header: RunHeader,
  records: readonly RunRecord[],
  execution: Execution,
): Promise<void> {
  const { sink, questions, control, run } = execution;
  const before = acceptedHeader(records);
  const journal = readJournalContent(runPaths(run.folder).journal);
  const changes = [...(before ? headerDifferences(before, header) : []), ...journal.faults.map(asChange)];
  const { pid } = process;
  sink.record({ type: 'run-resumed', pid, notes: [...changes, ...unfinished(header, execution)] });
  if (changes.length === 0) return;
  const text = 'What this run is made of has changed since it began. Go on with it as it is now?';
  const question = { kind: 'confirm' as const, text, details: changes };
  const step = header.steps.find(({ id }) => execution.earlier.open.has(id)) ?? header.steps[0];
  const answer = await questions.ask(step?.id ?? '', question, control.stopping);
  if (answer.kind !== 'confirm' || !answer.yes)
    throw new Problem('It was not gone on with: what it is made of has changed', { evidence: changes });
  sink.record({ type: 'run-resumed', pid, notes: ['what has changed was accepted'], run: header });
}

/**
 * Whether another process has gone on with the run since its records were read. To be asked once the socket is this process'
 * own: nobody else goes on with it from then.
 */
export function hasNews(records: readonly RunRecord[], journal: string): boolean {
  return (readJournal(journal).at(-1)?.seq ?? 0) !== (records.at(-1)?.seq ?? 0);
}

export function wasGoneOnWith(run: string): Problem {
  return new Problem(`The run ${run} was gone on with by another process in the same moment`, {
    next: [`tars-console runs show ${run}`],
  });
}

/** What the run was made of when somebody last agreed to it. */
function acceptedHeader(records: readonly RunRecord[]): RunHeader | undefined {
  const headers = records.flatMap((record) =>
    record.type === 'run-started' || record.type === 'run-resumed' ? (record.run ?? []) : [],
  );
  return headers.at(-1);
}

function unfinished({ steps }: RunHeader, { earlier }: Execution): string[] {
  const titles = new Map([...earlier.added, ...steps.map(({ id, title }): [string, string] => [id, title])]);
  const groups = new Set(steps.flatMap(({ id, group }) => (group ? [id] : [])));
  const isLeaf = (id: string) => !groups.has(id) && ![...titles.keys()].some((other) => other.startsWith(`${id}/`));
  const open = [...earlier.open].filter(isLeaf);
  return [
    ...open.map((id) => `"${titles.get(id) ?? id}" has no result: it is looked at again`),
    ...earlier.undoing.map((id) => `"${titles.get(id) ?? id}" was to be taken back: that is gone on with`),
  ];
}

function asChange(fault: string): string {
  return `Something has changed the records of this run: ${fault}`;
}
