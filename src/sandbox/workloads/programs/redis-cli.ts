import type { Peer } from '../messages.ts';
import { readLine } from '../shell/streams.ts';
import type { Call, Program } from '../system.ts';

/** `redis-cli [-h HOST] [-p PORT] [COMMAND…]`; without a command line by line. */
export const redisCli: Program = async (call) => {
  const rest = [...call.args];
  let [host, port] = ['127.0.0.1', 6379];
  while (rest[0]?.startsWith('-')) {
    const option = rest.shift();
    if (option === '-h') host = rest.shift() ?? host;
    else if (option === '-p') port = Number(rest.shift());
    else if (option === '-a' || option === '-n' || option === '-u') rest.shift();
  }
  const peer = call.system.dial(host, port);
  if (!peer) {
    const why = call.system.resolve(host).length > 0 ? 'Connection refused' : 'Name or service not known';
    call.stderr.write(`Could not connect to Redis at ${host}:${port}: ${why}\n`);
    return 1;
  }
  if (rest.length > 0) return answer(call, peer, rest);
  for (;;) {
    if (call.tty) call.stdout.write(`${host}:${port}> `);
    const line = await readLine(call.stdin);
    if (line === undefined || /^(quit|exit)$/i.test(line.trim())) return 0;
    const words = [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((word) => word[1] ?? word[2] ?? word[3] ?? '');
    if (words.length > 0) answer(call, peer, words);
  }
};

function answer(call: Call, peer: Peer, [name = '', ...args]: readonly string[]): number {
  try {
    const reply = peer.command([name.toUpperCase(), ...args]);
    if (reply === undefined) call.stdout.write(call.tty ? '(nil)\n' : '\n');
    else if (reply.startsWith('ERR ')) call.stdout.write(call.tty ? `(error) ${reply}\n` : `${reply}\n`);
    // An internal counter says its time to live as well.
    else call.stdout.write(`${name.toUpperCase() === 'INCR' ? reply.split(' ')[0] : reply}\n`);
    return 0;
  } catch {
    call.stderr.write('Error: Server closed the connection\n');
    return 1;
  }
}
