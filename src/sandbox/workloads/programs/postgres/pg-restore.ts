import { absolute } from '../../files/entries.ts';
import { readAll } from '../../shell/streams.ts';
import type { Call, Program } from '../../system.ts';
import { type Archive, ArchiveFault, readArchive } from './archive-read.ts';
import { clientOptions, connectClient } from './connect.ts';

/** What is for making the database itself, or said anew by each connection. */
const setups = ['ENCODING', 'STDSTRINGS', 'SEARCHPATH', 'DATABASE', 'DATABASE PROPERTIES'];

/** `pg_restore --list [FILE]`, or `pg_restore -d DATABASE [FILE]`: reads an archive in the custom format. */
export const pgRestore: Program = async (call) => {
  const options = clientOptions(call.args, ['-F', '--format', '-j', '--jobs', '-n', '-f', '--file']);
  const fail = (message: string) => {
    call.stderr.write(`pg_restore: error: ${message}\n`);
    return 1;
  };
  const [name] = options.names;
  const bytes = name === undefined ? await readAll(call.stdin) : call.files.read(absolute(call.cwd, name));
  call.signal.throwIfAborted();
  let archive: Archive;
  try {
    archive = readArchive(bytes);
  } catch (error) {
    if (error instanceof ArchiveFault) return fail(error.message);
    throw error;
  }
  if (options.has('-l', '--list')) return list(call, archive);
  const file = options.one('-f', '--file');
  if (file !== undefined) {
    const text = asSql(archive);
    if (file === '-') call.stdout.write(text);
    else call.files.write(absolute(call.cwd, file), Buffer.from(text));
    return 0;
  }
  const database = options.one('-d', '--dbname');
  if (database === undefined) return fail('one of -d/--dbname and -f/--file must be specified');
  const client = connectClient(call, 'pg_restore', options, database);
  if (!client) return 1;
  try {
    const single = options.has('-1', '--single-transaction');
    if (single) client.run('BEGIN');
    let errors = 0;
    for (const { id, type, name: item, schema, owner, text } of archive.items) {
      if (text === '' || setups.includes(type)) continue;
      const reply = client.run(text.replace(/;\s*$/, ''), rowsOf(archive.data.get(id)));
      if (!('error' in reply)) continue;
      errors += 1;
      const about = `could not execute query: ${reply.error}\nfrom TOC entry ${id}; 0 0 ${type} ${schema} ${item} ${owner}`;
      call.stderr.write(`pg_restore: error: ${about}\n`);
      if (single || options.has('-e', '--exit-on-error')) return 1;
    }
    if (single) client.run('COMMIT');
    if (errors > 0) call.stderr.write(`pg_restore: warning: errors ignored on restore: ${errors}\n`);
    return errors > 0 ? 1 : 0;
  } finally {
    client.close();
  }
};

function asSql({ items, data }: Archive): string {
  const told = items.filter(({ type, text }) => text !== '' && !setups.includes(type));
  return told.map(({ id, text }) => `${text}\n${data.get(id) ?? ''}\n`).join('\n');
}

/** Without the line that ends them. */
function rowsOf(data: string | undefined): string | undefined {
  return data?.replace(/(^|\n)\\\.\n*$/, '$1');
}

function list(call: Call, { database, items }: Archive): number {
  call.stdout.write(
    `;\n; Archive created\n;     dbname: ${database}\n;     TOC Entries: ${items.length}\n;     Format: CUSTOM\n;\n`,
  );
  call.stdout.write(';\n; Selected TOC Entries:\n;\n');
  for (const { id, type, schema, name, owner } of items)
    if (!setups.includes(type)) call.stdout.write(`${id}; 0 0 ${type} ${schema || '-'} ${name} ${owner}\n`);
  return 0;
}
