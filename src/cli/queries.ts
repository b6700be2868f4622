import { exitCodes, Problem } from '../base/errors.ts';
import { printable } from '../base/printable.ts';
import { pause } from '../cluster/back-off.ts';
import type { Connection } from '../cluster/connection.ts';
import { createAsker } from '../playbooks/queries/asker.ts';
import { chooseSource } from '../playbooks/queries/queries-feed.ts';
import { withoutPrometheus } from '../playbooks/queries/query-lines.ts';
import { connectChosen } from './chosen-cluster.ts';
import { exitCodeOf, printFigures, readEvery } from './figures.ts';
import { findSystem } from './find-system.ts';
import { interruptSignal } from './interrupt-signal.ts';
import type { GlobalOptions } from './options.ts';
import { printNote } from './output.ts';
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
    printFigures(results, { system, namespace, source, options });
    while (everyMs !== undefined && (await pause(everyMs, signal))) {
      results = await ask();
      printFigures(results, { system, namespace, source, options });
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

function noPrometheus(system: string): Problem {
  const [message = '', ...next] = withoutPrometheus(system);
  return new Problem(message.replace(/\.$/, ''), { next: next.map((line) => line.trim()) });
}
