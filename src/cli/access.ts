import { exitCodes } from '../base/errors.ts';
import { accessLines } from '../cluster/access/access-lines.ts';
import type { AccessPoint } from '../cluster/access/access-point.ts';
import { collectAccess } from '../cluster/access/collect-access.ts';
import type { ForwardState } from '../cluster/access/forward-state.ts';
import { forwardSentence } from '../cluster/access/forward-text.ts';
import { forwardKey } from '../cluster/access/forwards.ts';
import { keepForward } from '../cluster/access/keep-forward.ts';
import type { Connection } from '../cluster/connection.ts';
import { drawToneLines } from '../cluster/tone-line.ts';
import { connectChosen } from './chosen-cluster.ts';
import { findSystem } from './find-system.ts';
import { interruptSignal } from './interrupt-signal.ts';
import type { GlobalOptions } from './options.ts';
import { outputTheme, printJson, printNote, printResult } from './output.ts';
import { refuseChanges } from './refuse-changes.ts';
import { credentialsOf, reveal } from './reveal.ts';
import { systemHeading } from './system-heading.ts';
import { namespaceOf } from './system-namespace.ts';

export interface AccessOptions extends GlobalOptions {
  output?: 'text' | 'json';
  forward?: boolean;
  /** The title of the access point, or a part of it. */
  reveal?: string;
  /** The password may go into a pipe or a file. */
  intoPipe?: boolean;
}

/** What a test puts in the place of the program's own. */
export interface AccessServices {
  connect?: (options: GlobalOptions) => Promise<Connection>;
  /** Ends the port-forwards; else an interrupt does. */
  signal?: AbortSignal;
}

/**
 * `access <system>`: how a system is reached from this machine. Exit 0 when every way in answers, 3 when one does not. With
 * `--forward`, ports are kept open until an interrupt, and what becomes of them is printed; exit 1 when none could be had.
 */
export async function accessCommand(
  args: string[],
  options: AccessOptions,
  services: AccessServices = {},
): Promise<number> {
  const system = findSystem(args[0] ?? '');
  if (options.forward) refuseChanges(options, 'A port-forward goes into a pod');
  const revealed = options.reveal === undefined ? undefined : credentialsOf(system, options.reveal, options);
  const connection = await (services.connect ?? connectChosen)(options);
  const interrupt = interruptSignal();
  const signal = services.signal ?? interrupt.signal;
  try {
    const namespace = namespaceOf(system, options.namespace);
    if (revealed) return await reveal(connection, revealed, namespace, signal);
    const points = await collectAccess(connection, { namespace, access: system.access }, signal);
    printNote(systemHeading(system.title, namespace, connection.info));
    print(points, options);
    if (options.forward)
      return await keepUp(points, { connection, namespace, signal, json: options.output === 'json' });
    if (points.some(({ way, forward }) => way === 'none' && forward))
      printNote(`\nWithout an address: tars-console access ${system.name} --forward keeps a port open to it`);
    return points.every(isWell) ? exitCodes.done : exitCodes.notMet;
  } finally {
    interrupt.free();
    connection.close();
  }
}

function isWell({ answer }: AccessPoint): boolean {
  return answer?.reached === true && answer.status < 400;
}

function print(points: readonly AccessPoint[], { output, forward }: AccessOptions): void {
  // With what follows, each document is one line.
  if (output === 'json') {
    printJson({ access: points }, forward ? 0 : 2);
    return;
  }
  const theme = outputTheme();
  const lines = points.flatMap((point) => [...accessLines(point, theme.symbols), { text: '' }]);
  printResult(drawToneLines(lines, Number.POSITIVE_INFINITY, theme).join('\n').trimEnd());
}

interface Kept {
  connection: Connection;
  namespace: string;
  signal: AbortSignal;
  json: boolean;
}

async function keepUp(points: readonly AccessPoint[], { connection, namespace, signal, json }: Kept): Promise<number> {
  const places = new Map(points.flatMap(({ forward }) => (forward ? [[forwardKey(forward), forward] as const] : [])));
  const theme = outputTheme();
  let failed = 0;
  const tell = (key: string, state: ForwardState) => {
    if (state.kind === 'failed') failed += 1;
    if (json) return printJson({ forward: key, ...state });
    const { text, tone } = forwardSentence(state, key);
    if (state.kind !== 'opening') printResult(theme[tone](text));
  };
  if (!json) printNote('\nPort-forwards, until Ctrl-C:');
  await Promise.all(
    [...places].map(([key, place]) =>
      keepForward(connection, place, {
        ...{ namespace: place.namespace ?? namespace, signal },
        onState: (state) => tell(key, state),
      }),
    ),
  );
  return failed === places.size ? exitCodes.failed : exitCodes.done;
}
