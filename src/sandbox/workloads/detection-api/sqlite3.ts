import { absolute } from '../files/entries.ts';
import { readAll } from '../shell/streams.ts';
import type { Program } from '../system.ts';
import { queueOf, queuePath } from './queue.ts';

/** `sqlite3 FILE [SQL]`, with as much SQL as looking after the queue takes: count, delete, and whether the file is whole. */
export const sqlite3: Program = async (call) => {
  const [file, ...rest] = call.args.filter((arg) => !arg.startsWith('-'));
  const text = rest.length > 0 ? rest.join(' ') : (await readAll(call.stdin)).toString('utf8');
  const fault = (message: string) => {
    call.stderr.write(`Error: in prepare, ${message}\n`);
    return 1;
  };
  for (const statement of text.split(';').map((one) => one.trim().replace(/\s+/g, ' '))) {
    if (statement === '') continue;
    if (/^pragma (integrity_check|quick_check)$/i.test(statement)) {
      call.stdout.write('ok\n');
      continue;
    }
    const table = /\bfrom ["`]?(\w+)/i.exec(statement)?.[1];
    const queue = queueOf(call.system);
    const isQueue = table === 'offline_queue' && absolute(call.cwd, file ?? '') === queuePath(call.system.env);
    if (/^(select|delete)\b/i.test(statement) && table !== undefined && (!isQueue || !queue))
      return fault(`no such table: ${table}`);
    if (/^select count\(\*\) from/i.test(statement)) call.stdout.write(`${queue?.depth() ?? 0}\n`);
    else if (/^delete from \S+$/i.test(statement)) queue?.empty();
    else return fault(`near "${statement.split(' ')[0]}": the sandbox's sqlite3 does not understand this`);
  }
  await queueOf(call.system)?.keep();
  return 0;
};
