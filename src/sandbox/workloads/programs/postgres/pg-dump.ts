import { absolute } from '../../files/entries.ts';
import type { Program } from '../../system.ts';
import { customDump } from './archive-write.ts';
import { ConnectionLost, clientOptions, connectClient } from './connect.ts';
import { plainDump } from './plain.ts';

const valued = ['-F', '--format', '-f', '--file', '-Z', '--compress', '-n', '--schema', '-j', '--jobs'];

/** `pg_dump`: plain (`-Fp`) or custom (`-Fc`), to standard output or a file. */
export const pgDump: Program = async (call) => {
  const options = clientOptions(call.args, valued);
  const format = options.one('-F', '--format') ?? 'p';
  const fail = (message: string) => {
    call.stderr.write(`pg_dump: error: ${message}\n`);
    return 1;
  };
  if (!/^(p|plain|c|custom)$/.test(format))
    return fail(`the sandbox's pg_dump writes plain and custom, not "${format}"`);
  const strange = ['-t', '--table', '-T', '-j', '--jobs', '-C', '--create', '-c', '--clean', '--inserts'].find((one) =>
    options.has(one),
  );
  if (strange) return fail(`the sandbox's pg_dump knows no ${strange}`);
  const client = connectClient(call, 'pg_dump', options);
  if (!client) return 1;
  const choice = {
    schemaOnly: options.has('-s', '--schema-only'),
    dataOnly: options.has('-a', '--data-only'),
    owner: !options.has('-O', '--no-owner'),
  };
  const file = options.one('-f', '--file');
  const path = file === undefined ? undefined : absolute(call.cwd, file);
  const write = (text: string | Buffer) =>
    path === undefined ? call.stdout.write(text) : call.files.write(path, Buffer.from(text), true);
  if (path !== undefined) call.files.write(path, Buffer.alloc(0));
  try {
    const pieces = client.dump(choice);
    const dump = format.startsWith('c')
      ? customDump(pieces, client.user, client.database)
      : plainDump(pieces, client.user, choice);
    for await (const piece of dump) write(piece);
    return 0;
  } catch (error) {
    if (!(error instanceof ConnectionLost)) throw error;
    return fail('query failed: server closed the connection unexpectedly');
  } finally {
    client.close();
  }
};
