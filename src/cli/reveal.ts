import { exitCodes, Problem } from '../base/errors.ts';
import { printableLine } from '../base/printable.ts';
import type { WantedAccess } from '../cluster/access/access-point.ts';
import { revealPassword } from '../cluster/access/credentials.ts';
import type { Connection } from '../cluster/connection.ts';
import type { System } from '../systems/system.ts';
import { printNote, printResult } from './output.ts';

export interface RevealOptions {
  output?: 'text' | 'json';
  /** The password may go into a pipe or a file. */
  intoPipe?: boolean;
}

/**
 * The access point whose password is to be shown, by its title or a part of it. Throws `Problem` (exit code 2) for one that is not
 * there or has none, and where the password would go somewhere else than on a terminal without anybody having said so.
 */
export function credentialsOf({ name, access }: System, wanted: string, options: RevealOptions): WantedAccess {
  const refuse = (message: string, next: string) => new Problem(message, { next: [next], exitCode: exitCodes.usage });
  if (options.output === 'json') throw refuse('A password is not put into JSON', 'Leave --output out.');
  const known = access.filter(({ credentials }) => credentials);
  const found = known.filter(({ title }) => title.toLowerCase().includes(wanted.toLowerCase()));
  const exact = known.find(({ title }) => title.toLowerCase() === wanted.toLowerCase());
  const point = exact ?? (found.length === 1 ? found[0] : undefined);
  if (!point)
    throw refuse(
      `${name} has ${found.length > 1 ? 'more than one way in' : 'no way in with a password'} that is called "${wanted}"`,
      `There are: ${known.map(({ title }) => title).join(', ') || 'none'}`,
    );
  if (!process.stdout.isTTY && !options.intoPipe)
    throw refuse(
      'This is no terminal: the password would stay in what it goes into',
      'Give --into-pipe to have it so.',
    );
  return point;
}

/** Prints the password, alone on its line. Exit 3 where there is none. */
export async function reveal(
  connection: Connection,
  { title, credentials, namespace: own }: WantedAccess,
  namespace: string,
  signal: AbortSignal,
): Promise<number> {
  const password = credentials && (await revealPassword(connection, credentials, own ?? namespace, signal));
  if (password === undefined) {
    printNote(`${title} has no password yet: ${credentials?.secret ?? ''} does not hold one`);
    return exitCodes.notMet;
  }
  // A pipe gets it as it is; a terminal obeys nothing in it.
  printResult(process.stdout.isTTY ? printableLine(password) : password);
  return exitCodes.done;
}
