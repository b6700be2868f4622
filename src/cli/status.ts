import { exitCodes } from '../base/errors.ts';
import type { Connection } from '../cluster/connection.ts';
import { statusLines } from '../cluster/status-lines.ts';
import { collectSystemStatus } from '../cluster/system-status.ts';
import { drawToneLines } from '../cluster/tone-line.ts';
import { connectChosen } from './chosen-cluster.ts';
import { findSystem } from './find-system.ts';
import type { GlobalOptions } from './options.ts';
import { outputTheme, printJson, printNote, printResult } from './output.ts';
import { systemHeading } from './system-heading.ts';
import { namespaceOf } from './system-namespace.ts';

/** What a test puts in the place of the program's own. */
export interface StatusServices {
  connect?: (options: GlobalOptions) => Promise<Connection>;
}

/** `status <system>`: what is there of a system. Exit 0 when all of it is ready, 3 when not, 1 when it cannot be asked. */
export async function statusCommand(
  args: string[],
  options: GlobalOptions & { output?: 'text' | 'json' },
  services: StatusServices = {},
): Promise<number> {
  const system = findSystem(args[0] ?? '');
  const connection = await (services.connect ?? connectChosen)(options);
  try {
    const namespace = namespaceOf(system, options.namespace);
    const status = await collectSystemStatus(connection, { ...system, namespace });
    if (options.output === 'json') printJson(status, 2);
    else {
      printNote(systemHeading(system.title, namespace, connection.info));
      const theme = outputTheme();
      const lines = statusLines(status, theme.symbols, Date.now());
      printResult(drawToneLines(lines, Number.POSITIVE_INFINITY, theme).join('\n'));
    }
    return status.healthy ? exitCodes.done : exitCodes.notMet;
  } finally {
    connection.close();
  }
}
