import { exitCodes, Problem } from '../base/errors.ts';
import { closestName } from '../cluster/closest-name.ts';
import type { Connection } from '../cluster/connection.ts';
import { statusLines } from '../cluster/status-lines.ts';
import { collectSystemStatus } from '../cluster/system-status.ts';
import { drawToneLines } from '../cluster/tone-line.ts';
import { loadSystems, type System } from '../systems/system.ts';
import { hasErrors, invalidFiles } from '../yaml/diagnostics.ts';
import { playbookRoots, shownPath } from './catalog.ts';
import { connectChosen } from './chosen-cluster.ts';
import type { GlobalOptions } from './options.ts';
import { outputTheme, printNote, printResult } from './output.ts';

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
    const namespace = options.namespace ?? system.namespace;
    const status = await collectSystemStatus(connection, { ...system, namespace });
    if (options.output === 'json') printResult(JSON.stringify(status, undefined, 2));
    else {
      const { context, sandbox } = connection.info;
      printNote(`${system.title}, namespace ${namespace}, context ${context}${sandbox ? ' (sandbox)' : ''}\n`);
      const theme = outputTheme();
      const lines = statusLines(status, theme.symbols, Date.now());
      printResult(drawToneLines(lines, Number.POSITIVE_INFINITY, theme).join('\n'));
    }
    return status.healthy ? exitCodes.done : exitCodes.notMet;
  } finally {
    connection.close();
  }
}

function findSystem(name: string): System {
  const workspace = process.cwd();
  const { systems, diagnostics } = loadSystems(playbookRoots({ workspace }), (path) => shownPath(path, workspace));
  const found = systems.find((system) => system.name === name);
  if (found) return found;
  const faults = diagnostics.filter(({ file }) => file.endsWith(`/${name}/system.yaml`));
  if (hasErrors(faults)) throw invalidFiles(faults);
  const names = systems.map((system) => system.name);
  const near = closestName(name, names);
  throw new Problem(`There is no system "${name}"`, {
    next: [near ? `Did you mean ${near}?` : `There are: ${names.join(', ') || 'none'}`],
    exitCode: exitCodes.usage,
  });
}
