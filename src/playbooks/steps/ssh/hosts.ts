import { Problem } from '../../../base/errors.ts';
import type { SshOptions } from './options.ts';

export interface SshHost {
  /** How it is called on the screen and in the results. */
  name: string;
  host: string;
  user: string | undefined;
  port: number | undefined;
}

/** The hosts of a step whose expressions are filled in. Throws `Problem` for what is none, or stands there twice. */
export function hostsOf(options: SshOptions): SshHost[] {
  const list: unknown = options.hosts;
  if (!Array.isArray(list)) throw new Problem('`hosts` did not come to a list of hosts');
  const hosts = list.map((entry: unknown) => hostOf(entry, options));
  const twice = hosts.find(({ name }, index) => hosts.findIndex((other) => other.name === name) !== index);
  if (twice) throw new Problem(`The host ${twice.name} stands in the list twice`);
  return hosts;
}

const written =
  /^(?:([A-Za-z0-9_][A-Za-z0-9_.-]*)@)?(\[[0-9A-Fa-f:.%]+\]|[A-Za-z0-9_][A-Za-z0-9_.-]*|[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:]*)(?::(\d{1,5}))?$/;

function hostOf(entry: unknown, options: SshOptions): SshHost {
  const given =
    typeof entry === 'string'
      ? { host: entry }
      : (entry as { host?: unknown; name?: string; user?: string; port?: number });
  // What an expression came to was not seen by the schema; nothing that begins with `-` may reach ssh.
  const match = typeof given?.host === 'string' ? written.exec(given.host) : null;
  const [, user, host, port] = match ?? [];
  if (host === undefined)
    throw new Problem(`\`${JSON.stringify(entry)}\` is no host; write it like \`admin@node-1:2222\``);
  const bare = host.replace(/^\[|\]$/g, '');
  const { name, user: own, port: ownPort } = given as { name?: string; user?: string; port?: number };
  return {
    name: name ?? (port === undefined ? bare : `${bare}:${port}`),
    host: bare,
    // What an expression came to may be nothing.
    user: own ?? user ?? (options.user || undefined),
    port: ownPort ?? (port === undefined ? options.port : Number(port)),
  };
}

/** True for this machine itself. */
export function isLoopback({ host }: SshHost): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
