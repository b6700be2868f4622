import type { Connection } from '../connection.ts';

const listeners = new WeakMap<Connection, Set<() => void>>();

/**
 * A request found no answer: the link may be dead, which open watches would notice only when their silence has lasted too
 * long. Each of them then gives its stream up and connects anew.
 */
export function raiseDoubt(connection: Connection): void {
  for (const listener of [...(listeners.get(connection) ?? [])]) listener();
}

/** Returns what ends the listening. */
export function onDoubt(connection: Connection, listener: () => void): () => void {
  const own = listeners.get(connection) ?? new Set();
  listeners.set(connection, own);
  own.add(listener);
  return () => own.delete(listener);
}
