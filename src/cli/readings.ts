import { exitCodes } from '../base/errors.ts';
import { printable } from '../base/printable.ts';
import { pause } from '../cluster/back-off.ts';
import type { Connection } from '../cluster/connection.ts';
import type { QuerySource } from '../playbooks/queries/query-source.ts';
import { createReader } from '../playbooks/readings/reader.ts';
import { connectChosen } from './chosen-cluster.ts';
import { exitCodeOf, type FigureOptions, printFigures, readEvery } from './figures.ts';
import { findSystem } from './find-system.ts';
import { interruptSignal } from './interrupt-signal.ts';
import type { GlobalOptions } from './options.ts';
import { printNote } from './output.ts';
import { namespaceOf } from './system-namespace.ts';

export interface ReadingsOptions extends GlobalOptions, FigureOptions {}

/** What a test puts in the place of the program's own. */
export interface ReadingsServices {
  connect?: (options: GlobalOptions) => Promise<Connection>;
  signal?: AbortSignal;
}

/**
 * `readings <system>`: the figures that its own programs tell, by commands in their containers; e.g. of a cache. Once, or with `--every`
 * until an interrupt. Exit 0 when each target that can be judged is met, 3 when one is missed, 1 when nobody can be asked.
 */
export async function readingsCommand(
  args: string[],
  options: ReadingsOptions,
  services: ReadingsServices = {},
): Promise<number> {
  const system = findSystem(args[0] ?? '');
  const everyMs = readEvery(options);
  const { readings } = system;
  if (!readings) {
    printNote(printable(`${system.title} names no readings in its system.yaml.`));
    return exitCodes.done;
  }
  const connection = await (services.connect ?? connectChosen)(options);
  const interrupt = interruptSignal();
  const signal = services.signal ?? interrupt.signal;
  const source: QuerySource = { kind: 'readings', title: readings.title };
  try {
    const namespace = namespaceOf(system, options.namespace);
    const read = createReader({ connection, namespace, readings, signal });
    let results = await read();
    printFigures(results, { system, namespace, source, options });
    while (everyMs !== undefined && (await pause(everyMs, signal))) {
      results = await read();
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
