import { ask } from '../ask.ts';
import type { ProcessContext } from '../image.ts';
import type { Dependency } from './options.ts';
import type { StartupFault } from './try-to-reach.ts';

/** Where a dependency is and how the service logs in there, as its variables say it. */
export interface Address {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
}

/** Undefined where none of its variables is set: the service was not told to use it. */
export function addressOf({ env }: ProcessContext, one: Dependency): Address | undefined {
  const given = one.env.map((name) => env[name]).find((value) => value);
  if (!given) return undefined;
  const of = (name: string | undefined) => (name === undefined ? undefined : env[name]);
  // Java's URLs have their driver in front: jdbc:postgresql://…
  const first = (given.split(',')[0]?.trim() ?? '').replace(/^jdbc:/, '');
  // Drivers are written with a plus: postgresql+asyncpg://…
  const text = /^[\w+]+:\/\//.test(first) ? first.replace(/^[\w+]+:/, 'http:') : `http://${first}`;
  if (!URL.canParse(text)) return { host: first, port: one.usualPort, user: '', password: '', database: '' };
  const url = new URL(text);
  return {
    host: url.hostname,
    port: Number(url.port || of(one.port) || one.usualPort),
    user: decodeURIComponent(url.username) || of(one.user) || '',
    password: decodeURIComponent(url.password) || of(one.password) || '',
    database: decodeURIComponent(url.pathname.slice(1)) || of(one.database) || '',
  };
}

/** Why it cannot be used, in the words of a client of its kind; undefined when it works or is not asked for. */
function refusal(context: ProcessContext, one: Dependency): { text: string; passing: boolean } | undefined {
  const address = addressOf(context, one);
  if (!address) return undefined;
  const at = `${address.host}:${address.port}`;
  const refused = { text: `could not connect to ${one.name} at ${at}: Connection refused`, passing: true };
  const peer = context.dial(address.host, address.port);
  if (!peer) return refused;
  if (one.kind === 'redis') {
    const reply = ask(peer, address.password === '' ? ['PING'] : ['AUTH', address.password, 'PING']);
    if (reply === undefined) return refused;
    // A password that the server does not ask for is not refused by clients.
    if (/^(NOAUTH|WRONGPASS)/.test(reply))
      return { text: `connection to ${one.name} at ${at} failed: ${reply}`, passing: false };
  }
  // Without a user it is not known how to log in; that something listens is all that can be said.
  if (one.kind !== 'postgres' || address.user === '') return undefined;
  const answer = ask(peer, ['CONNECT', address.user, address.database || address.user, address.password]);
  if (answer === 'OK') return undefined;
  return answer === undefined
    ? refused
    : { text: `connection to ${one.name} at ${at} failed: ${answer}`, passing: false };
}

/** What keeps the service from starting. */
export function faultOf(context: ProcessContext, dependencies: readonly Dependency[]): StartupFault | undefined {
  for (const one of dependencies) {
    const found = one.optional ? undefined : refusal(context, one);
    if (found) return { lines: [`ERROR connection pool: ${found.text}`], passing: found.passing };
  }
  return undefined;
}

/** Which of what it is told to use works, by name. */
export function checksOf(context: ProcessContext, dependencies: readonly Dependency[]): Record<string, boolean> {
  const asked = dependencies.filter((one) => addressOf(context, one));
  return Object.fromEntries(asked.map((one) => [one.name, refusal(context, one) === undefined]));
}
