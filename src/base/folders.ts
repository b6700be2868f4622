import { homedir, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

const name = 'tars-console';

/** Where state that outlives a session lives, by the XDG base directory specification. */
export function stateFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(absolute(env.XDG_STATE_HOME) ?? join(homedir(), '.local', 'state'), name);
}

export function configFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(absolute(env.XDG_CONFIG_HOME) ?? join(homedir(), '.config'), name);
}

/** Sockets and what a reboot may take away. Without XDG_RUNTIME_DIR it is a folder of the user's in the temporary one. */
export function runtimeFolder(env: NodeJS.ProcessEnv = process.env): string {
  const given = absolute(env.XDG_RUNTIME_DIR);
  return given ? join(given, name) : join(tmpdir(), `${name}-${userInfo().uid}`);
}

// The specification says that a relative path is to be ignored.
function absolute(path: string | undefined): string | undefined {
  return path?.startsWith('/') ? path : undefined;
}
