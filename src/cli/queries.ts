import { parseDuration } from '../base/duration.ts';
import { exitCodes, Problem } from '../base/errors.ts';
import { printable } from '../base/printable.ts';
import { pause } from '../cluster/back-off.ts';
import type { Connection } from '../cluster/connection.ts';
import { createAsker } from '../playbooks/queries/asker.ts';
import { chooseSource } from '../playbooks/queries/queries-feed.ts';
import { queryLines, withoutPrometheus } from '../playbooks/queries/query-lines.ts';
import { type QueryResult, verdictOf } from '../playbooks/queries/query-result.ts';
import { type QuerySource, sourceText } from '../playbooks/queries/query-source.ts';
import type { System } from '../systems/system.ts';
import { connectChosen } from './chosen-cluster.ts';
import { findSystem } from './find-system.ts';
import { interruptSignal } from './interrupt-signal.ts';
import type { GlobalOptions } from './options.ts';
import { outputTheme, printJson, printNote, printResult } from './output.ts';
import { namespaceOf } from './system-namespace.ts';

export interface QueriesOptions extends GlobalOptions {
  output?: 'text' | 'json';
  prometheus?: string;
  once?: boolean;
  every?: string;
}

/** What a test puts in the place of the program's own. */
export interface QueriesServices {
  connect?: (options: GlobalOptions) => Promise<Connection>;
  signal?: AbortSignal;
}

/**
 * `queries <system>`: the figures that matter, from a Prometheus; on the sandbox from its own programs, said to be a stand-in.
 * Once, or with `--every` until an interrupt. Exit 0 when each target that can be judged is met, 3 when one is missed, 1 when
 * nobody can be asked.
 */
export async function queriesCommand(
  args: string[],
  options: QueriesOptions,
  services: QueriesServices = {},
): Promise<number> {
  const system = findSystem(args[0] ?? '');
  const everyMs = readEvery(options);
  if (system.queries.length === 0) {
    printNote(printable(`${system.title} names no queries in its system.yaml.`));
    return exitCodes.done;
  }
  const connection = await (services.connect ?? connectChosen)(options);
  const interrupt = interruptSignal();
  const signal = services.signal ?? interrupt.signal;
  try {
    const namespace = namespaceOf(system, options.namespace);
    const { source } = await chooseSource(connection, namespace, options.prometheus, signal);
    if (!source) throw noPrometheus(system.name);
    const { queries } = system;
    const ask = createAsker({ connection, namespace, queries, source, everyMs: everyMs ?? 15_000, signal });
    let results = await ask();
    print(results, { system, namespace, source, options });
    while (everyMs !== undefined && (await pause(everyMs, signal))) {
      results = await ask();
      print(results, { system, namespace, source, options });
    }
    return exitCodeOf(results);
  } catch (error) {
    if (signal.aborted) return exitCodes.done;
    throw error;
  } finally {
    interrupt.free();
    connection.close();
  }
}

function readEvery({ once, every }: QueriesOptions): number | undefined {
  if (once || every === undefined) return undefined;
  const ms = parseDuration(every);
  if (ms !== undefined && ms >= 1000) return ms;
  throw new Problem(`--every ${every} is no time of at least a second`, {
    next: ['Write it like 15s or 1m'],
    exitCode: exitCodes.usage,
  });
}

function noPrometheus(system: string): Problem {
  const [message = '', ...next] = withoutPrometheus(system);
  return new Problem(message.replace(/\.$/, ''), { next: next.map((line) => line.trim()) });
}

interface Shown {
  system: System;
  namespace: string;
  source: QuerySource;
  options: QueriesOptions;
}

function print(results: readonly QueryResult[], { system, namespace, source, options }: Shown): void {
  const at = new Date();
  if (options.output === 'json') {
    const standIn = source.kind === 'stand-in';
    const figures = results.map((result) => ({ ...result, verdict: verdictOf(result) }));
    const document = {
      at: at.toISOString(),
      system: system.name,
      source: sourceText(source),
      standIn,
      queries: figures,
    };
    printJson(document, options.every ? 0 : 2);
    return;
  }
  const theme = outputTheme();
  const width = process.stdout.isTTY ? Math.min(100, process.stdout.columns ?? 80) : 100;
  const from = `${source.kind === 'stand-in' ? 'stand-in: ' : ''}${sourceText(source)}`;
  printNote(printable(`${system.title}, namespace ${namespace}, ${at.toTimeString().slice(0, 8)}, ${from}\n`));
  for (const result of results) printResult(queryLines(result, width, 3, theme).join('\n').trimEnd());
}

function exitCodeOf(results: readonly QueryResult[]): number {
  if (results.some((result) => verdictOf(result) === 'missed')) return exitCodes.notMet;
  return results.every(({ trouble }) => trouble !== undefined) ? exitCodes.failed : exitCodes.done;
}
