import { formatAge } from '../base/duration.ts';
import { exitCodes, Problem } from '../base/errors.ts';
import { printableLine } from '../base/printable.ts';
import { attachToFolder } from '../playbooks/runs/attach.ts';
import { historyLimits, historySize } from '../playbooks/runs/history.ts';
import { discardRun, findRun, isUnfinished, listRuns, type RunSummary } from '../playbooks/runs/list-runs.ts';
import type { GlobalOptions } from './options.ts';
import { outputTheme, printHints, printJson, printNote, printResult } from './output.ts';
import { refuseChanges } from './refuse-changes.ts';
import { createLinePrinter } from './run-lines.ts';

type Options = GlobalOptions & { output?: 'text' | 'json' };

/** `runs`, `runs show <run>`, `runs discard <run>`. */
export async function runsCommand(args: string[], options: Options): Promise<number> {
  const [verb, name] = args;
  if (verb === undefined) return listAll(options);
  if (name === undefined)
    throw usage(verb === 'show' || verb === 'discard' ? `Which run? runs ${verb} <run>` : undefined);
  if (verb === 'show') return show(await findRun(name), options);
  if (verb !== 'discard') throw usage();
  refuseChanges(options, 'Forgetting a run removes its records');
  printResult(`Discarded ${(await discardRun(name)).id}`);
  return exitCodes.done;
}

function usage(message = 'runs takes no verb, or `show`, or `discard`'): Problem {
  return new Problem(message, { next: ['tars-console runs --help'], exitCode: exitCodes.usage });
}

async function listAll({ output }: Options): Promise<number> {
  const runs = await listRuns();
  if (output === 'json') {
    printJson(runs.map(asJson), 2);
    return exitCodes.done;
  }
  if (runs.length === 0) printNote('Nothing was run yet. See it work: tars-console demo');
  const now = Date.now();
  const rows = runs.map(({ id, status, context, title, summary, startedAt }) => [
    id,
    status,
    formatAge(now - Date.parse(startedAt)),
    context,
    printableLine(status === 'done' ? title : summary),
  ]);
  for (const line of inColumns([['RUN', 'STATUS', 'AGE', 'CLUSTER', 'WHAT'], ...rows]))
    if (rows.length > 0) printResult(line);
  for (const { id, faults, newerVersion } of runs) {
    if (faults.length > 0) printNote(`${id}: its records are not as they were written; runs show says more`);
    if (newerVersion !== undefined) printNote(`${id}: a newer tars-console made this run`);
  }
  const { runs: most, bytes } = historyLimits();
  if (runs.length > 0)
    printNote(
      `\n${counted(runs.length)} kept, ${megabytes((await historySize()).bytes)} MB. Above ${most} runs or ${megabytes(bytes)} MB the oldest that are done go.`,
    );
  const open = runs.find(isUnfinished);
  if (open) printNote(`Go on with the newest unfinished one: tars-console resume ${open.id}`);
  return exitCodes.done;
}

function counted(count: number): string {
  return count === 1 ? 'One run is' : `${count} runs are`;
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(bytes < 10 * 1024 * 1024 ? 1 : 0);
}

function inColumns(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** What is there now of a run, from its files or from its process; nobody waits for what is still to come. */
async function show(summary: RunSummary, { output }: Options): Promise<number> {
  if (output === 'json') {
    printJson({ ...asJson(summary), header: summary.state.run, steps: summary.state.steps }, 2);
    return exitCodes.done;
  }
  const theme = outputTheme();
  const printer = createLinePrinter({ print: printHints, theme });
  const isOn = summary.status === 'running' || summary.status === 'waiting';
  const run = attachToFolder(summary.id, summary.folder);
  for await (const event of run.events) {
    printer.take(event);
    if (isOn && printer.state.seq >= summary.state.seq) break;
  }
  run.close();
  for (const fault of summary.faults) printNote(`The records are not as they were written: ${fault}`);
  if (summary.newerVersion !== undefined)
    printNote('A newer tars-console made this run: what this one does not know is left out.');
  if (isOn) printNote(`It is going on: tars-console follow ${summary.id}`);
  return exitCodes.done;
}

function asJson({ state: _, ...run }: RunSummary) {
  return run;
}
