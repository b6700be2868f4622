import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateFolder } from '../base/folders.ts';

interface Trusted {
  /** Over what was shown when somebody said yes. */
  hash: string;
  workspace: string;
  playbook: string;
  at: string;
}

/** What the user has agreed to, by content: another content is asked about again. */
function trustFolder(): string {
  return join(stateFolder(), 'trusted');
}

export function isTrusted(hash: string): boolean {
  return readTrusted().some((one) => one.hash === hash);
}

/**
 * Remembers a yes, in a file that only the user can read. Each playbook of a workspace has one of its own, so that two consoles
 * that are told yes at the same moment both remember it.
 */
export function rememberTrust(entry: Omit<Trusted, 'at'>, now = new Date()): void {
  mkdirSync(trustFolder(), { recursive: true, mode: 0o700 });
  // What the same playbook was before is of no more use.
  const name = createHash('sha256')
    .update(JSON.stringify([entry.workspace, entry.playbook]))
    .digest('hex')
    .slice(0, 32);
  const file = join(trustFolder(), `${name}.json`);
  const fresh = `${file}.${process.pid}`;
  const trusted: Trusted = { ...entry, at: now.toISOString() };
  writeFileSync(fresh, `${JSON.stringify({ version: 1, ...trusted }, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(fresh, file);
}

// What cannot be read trusts nothing: it is asked again.
function readTrusted(): Trusted[] {
  const folder = trustFolder();
  const names = () => readdirSync(folder).filter((name) => name.endsWith('.json'));
  return (read(names) ?? []).flatMap((name) => {
    const one = read(() => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Trusted | null);
    return typeof one?.hash === 'string' ? [one] : [];
  });
}

function read<Value>(reading: () => Value): Value | undefined {
  try {
    return reading();
  } catch {
    return undefined;
  }
}
