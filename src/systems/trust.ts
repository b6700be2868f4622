import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stateFolder } from '../base/folders.ts';

interface Trusted {
  /** Over what was shown when somebody said yes. */
  hash: string;
  workspace: string;
  playbook: string;
  at: string;
}

/** What the user has agreed to, by content: another content is asked about again. */
function trustFile(): string {
  return join(stateFolder(), 'trusted.json');
}

export function isTrusted(hash: string): boolean {
  return readTrusted().some((one) => one.hash === hash);
}

/** Remembers a yes, in a file that only the user can read. */
export function rememberTrust(entry: Omit<Trusted, 'at'>, now = new Date()): void {
  const file = trustFile();
  // What the same playbook was before is of no more use.
  const others = readTrusted().filter(
    ({ workspace, playbook }) => workspace !== entry.workspace || playbook !== entry.playbook,
  );
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const fresh = `${file}.${process.pid}`;
  const trusted = [...others, { ...entry, at: now.toISOString() }];
  writeFileSync(fresh, `${JSON.stringify({ version: 1, trusted }, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(fresh, file);
}

// A file that cannot be read trusts nothing: it is asked again.
function readTrusted(): Trusted[] {
  try {
    const { trusted } = JSON.parse(readFileSync(trustFile(), 'utf8')) as { trusted?: unknown };
    return Array.isArray(trusted) ? trusted.filter((one) => typeof one?.hash === 'string') : [];
  } catch {
    return [];
  }
}
