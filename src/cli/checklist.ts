import { exitCodes, Problem } from '../base/errors.ts';
import { closestName } from '../cluster/closest-name.ts';
import { connect } from '../cluster/connect/connect.ts';
import type { Connection } from '../cluster/connection.ts';
import { readOnly } from '../cluster/read-only.ts';
import { drawToneLines } from '../cluster/tone-line.ts';
import { checklistJson, checklistMarkdown } from '../playbooks/checklists/checklist-markdown.ts';
import { type ChecklistReport, isDone, withTicks } from '../playbooks/checklists/checklist-report.ts';
import { type LoadedChecklist, makeChecklist } from '../playbooks/checklists/make-checklist.ts';
import { checklistLines } from '../playbooks/checklists/report-lines.ts';
import { longestNote, type Tick } from '../playbooks/checklists/tick.ts';
import { changeTick } from '../playbooks/checklists/ticks.ts';
import { whoTicks } from '../playbooks/checklists/who-ticks.ts';
import { findLoadedChecklist } from './checklists.ts';
import { logIn } from './log-in.ts';
import type { GlobalOptions } from './options.ts';
import { outputTheme, printHints, printJson, printNote, printResult } from './output.ts';
import { refuseChanges } from './refuse-changes.ts';
import { chooseCluster } from './run-cluster.ts';
import { agreeToOutside, type ConsentOptions, confirmProduction } from './run-consents.ts';
import { systemHeading } from './system-heading.ts';
import { namespaceOf } from './system-namespace.ts';

export interface ChecklistOptions extends GlobalOptions, ConsentOptions {
  output?: 'text' | 'md' | 'json';
  tick?: string;
  untick?: string;
  note?: string;
}

/** What a test puts in the place of the program's own. */
export interface ChecklistServices {
  connect?: (options: ChecklistOptions, namespace: string) => Promise<Connection>;
}

/**
 * `checklist <system>/<name>`: what must be so before a system goes into production, judged by the program where it can be, else
 * ticked by a person. Exit 0 when all is done, 3 when not, 1 when only what could not be read is left, or the cluster cannot be asked.
 */
export async function checklistCommand(
  args: string[],
  options: ChecklistOptions,
  services: ChecklistServices = {},
): Promise<number> {
  const loaded = findLoadedChecklist(args[0] ?? '', process.cwd());
  const change = changeOf(options, loaded);
  if (change) refuseChanges(options, 'A tick is kept in the cluster');
  const interactive = process.stdin.isTTY === true && options.output !== 'json';
  const { checks } = loaded.checklist;
  if (checks) await agreeToOutside({ ...loaded.surroundings, playbook: checks }, options, interactive);
  const connection = await (services.connect ?? connectTo(change !== undefined, interactive))(
    options,
    namespaceOf(loaded.surroundings.system, options.namespace),
  );
  try {
    const kubeconfig = options.sandbox ? undefined : options.kubeconfig;
    const made = await makeChecklist(loaded, options.readOnly ? readOnly(connection) : connection, { kubeconfig });
    const report = change ? await changed(made, connection, change) : made;
    print(report, options);
    if (report.items.every(isDone)) return exitCodes.done;
    return report.items.some((item) => !isDone(item) && item.mark !== 'unread') ? exitCodes.notMet : exitCodes.failed;
  } finally {
    connection.close();
  }
}

interface Change {
  item: string;
  /** Undefined takes the tick away. */
  note: string | undefined;
}

/** What is to be ticked. Throws `Problem` (exit code 2) for an item that is not there, and for a tick without a note. */
function changeOf({ tick, untick, note }: ChecklistOptions, { checklist }: LoadedChecklist): Change | undefined {
  const item = tick ?? untick;
  const refuse = (message: string, next: string) => new Problem(message, { next: [next], exitCode: exitCodes.usage });
  if (tick !== undefined && untick !== undefined) throw refuse('One thing at a time', 'Give --tick or --untick.');
  if (item === undefined) {
    if (note !== undefined) throw refuse('A note belongs to a tick', 'Name the item: --tick <id> --note "…"');
    return undefined;
  }
  const ids = checklist.items.map(({ id }) => id);
  if (!ids.includes(item)) {
    const near = closestName(item, ids);
    throw refuse(`There is no item "${item}"`, near ? `Did you mean ${near}?` : `There are: ${ids.join(', ')}`);
  }
  if (untick !== undefined) return { item, note: undefined };
  const text = (note ?? '').trim();
  if (text === '') throw refuse('A tick needs a note', 'Say what was done, or why it is so: --note "…"');
  if (text.length > longestNote) throw refuse(`The note is longer than ${longestNote} characters`, 'Shorten it.');
  return { item, note: text };
}

async function changed(report: ChecklistReport, connection: Connection, { item, note }: Change) {
  const name = report.checklist.split('/')[1] ?? '';
  const by = await whoTicks(connection);
  const tick: Tick | undefined = note === undefined ? undefined : { by, at: new Date().toISOString(), note };
  return withTicks(report, await changeTick(connection, { namespace: report.namespace, name }, { item, tick }));
}

function connectTo(changes: boolean, interactive: boolean) {
  return async (options: ChecklistOptions, namespace: string): Promise<Connection> => {
    const cluster = await chooseCluster(options);
    if (changes) await confirmProduction(cluster, options, interactive);
    await logIn(cluster);
    return connect({ ...cluster, namespace });
  };
}

function print(report: ChecklistReport, { output }: ChecklistOptions): void {
  if (output === 'json') {
    printJson(checklistJson(report), 2);
    return;
  }
  if (output === 'md') {
    printResult(checklistMarkdown(report).trimEnd());
    return;
  }
  printNote(systemHeading(`${report.title}: ${report.system.title}`, report.namespace, report));
  const theme = outputTheme();
  printHints(drawToneLines(checklistLines(report, theme.symbols), Number.POSITIVE_INFINITY, theme).join('\n'));
}
