import type { Peer } from './messages.ts';

/** A command to a database that may be away: undefined then. */
export function ask(peer: Peer | undefined, parts: readonly string[]): string | undefined {
  try {
    return peer?.command(parts);
  } catch {
    return undefined;
  }
}
