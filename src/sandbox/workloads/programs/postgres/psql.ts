import { absolute } from '../../files/entries.ts';
import { readAll, readLine } from '../../shell/streams.ts';
import type { Call, Program } from '../../system.ts';
import { type Client, clientOptions, connectClient, type Options } from './connect.ts';
import { type Look, lookOf, writeResult } from './output.ts';
import { readScript, type Told } from './script.ts';

const valued = [
  '-c',
  '--command',
  '-f',
  '--file',
  '-v',
  '--set',
  '--variable',
  '-F',
  '--field-separator',
  '-o',
  '--output',
];

interface Talk {
  call: Call;
  client: Client;
  look: Look;
  stopsAtErrors: boolean;
  errors: number;
  /** The key of `\restrict`: commands of psql's own are refused until it comes again. */
  restricted: string | undefined;
}

/** `psql`: commands by `-c`, from a file or from standard input; on a terminal line by line. Ends with 3 at an error with ON_ERROR_STOP. */
export const psql: Program = async (call) => {
  const options = clientOptions(call.args, valued);
  const client = connectClient(call, 'psql', options, options.has('-l', '--list') ? 'postgres' : undefined);
  if (!client) return 2;
  const variables = new Map(options.all('-v', '--set', '--variable').map((one) => one.split('=') as [string, string]));
  const stopsAtErrors = /^(1|on|true|yes)$/i.test(variables.get('ON_ERROR_STOP') ?? '');
  const file = options.one('-o', '--output');
  const into = {
    write: (data: string | Buffer) => call.files.write(absolute(call.cwd, file ?? ''), Buffer.from(data), true),
  };
  const talk: Talk = {
    call: file === undefined ? call : { ...call, stdout: into },
    client,
    look: lookOf(options),
    stopsAtErrors,
    errors: 0,
    restricted: undefined,
  };
  try {
    if (options.has('-l', '--list')) {
      tell(talk, { command: 'l' });
      return 0;
    }
    return await hearAll(talk, options, variables);
  } finally {
    client.close();
  }
};

async function hearAll(talk: Talk, options: Options, variables: ReadonlyMap<string, string>): Promise<number> {
  const { call, client } = talk;
  const texts = [...options.all('-c', '--command')];
  for (const name of options.all('-f', '--file'))
    texts.push(
      name === '-' ? (await readAll(call.stdin)).toString() : call.files.read(absolute(call.cwd, name)).toString(),
    );
  if (texts.length === 0 && call.tty) return converse(talk);
  if (texts.length === 0) texts.push((await readAll(call.stdin)).toString());
  // What is killed while it reads has heard nothing to the end.
  call.signal.throwIfAborted();
  const single = options.has('-1', '--single-transaction');
  if (single) client.run('BEGIN');
  for (const text of texts) {
    const good = hear(talk, withVariables(text, variables));
    if (!good && talk.stopsAtErrors) return options.has('-c', '--command') ? 1 : 3;
  }
  if (single && talk.errors === 0) client.run('COMMIT');
  return talk.errors > 0 && options.has('-c', '--command') ? 1 : 0;
}

/** False where it stopped at an error. */
function hear(talk: Talk, text: string): boolean {
  for (const told of readScript(text)) {
    if (tell(talk, told)) continue;
    talk.errors += 1;
    if (talk.stopsAtErrors) return false;
  }
  return talk.errors === 0 || !talk.stopsAtErrors;
}

function tell(talk: Talk, told: Told): boolean {
  const { call, client, look } = talk;
  if ('command' in told) return ownCommand(talk, told.command);
  const reply = client.run(told.statement, told.data);
  if ('result' in reply) {
    writeResult(call.stdout, reply.result, look);
    return true;
  }
  call.stderr.write(`${reply.error}\n`);
  return false;
}

const lists: Readonly<Record<string, string>> = {
  l: 'SELECT datname AS "Name" FROM pg_database ORDER BY datname',
  dt: 'SELECT schemaname AS "Schema", tablename AS "Name", tableowner AS "Owner" FROM pg_tables ORDER BY 1, 2',
  d: 'SELECT schemaname AS "Schema", tablename AS "Name", tableowner AS "Owner" FROM pg_tables ORDER BY 1, 2',
};

function ownCommand(talk: Talk, command: string): boolean {
  const { call, client, look } = talk;
  const [name = '', ...words] = command.replace(/;$/, '').split(/\s+/);
  if (name === 'unrestrict' && words[0] === talk.restricted) talk.restricted = undefined;
  else if (talk.restricted !== undefined)
    return refuse(call, 'backslash commands are restricted; only \\unrestrict is allowed');
  else if (name === 'restrict') talk.restricted = words[0];
  else if (name === 'echo') call.stdout.write(`${words.join(' ')}\n`);
  else if (name === 'conninfo')
    call.stdout.write(`You are connected to database "${client.database}" as user "${client.user}".\n`);
  else if (name === 'timing' || name === 'set' || name === 'x') return true;
  else {
    const list = lists[name];
    if (list === undefined) return refuse(call, `invalid command \\${name}`);
    const reply = client.run(list);
    if ('result' in reply) writeResult(call.stdout, reply.result, look);
  }
  return true;
}

function refuse(call: Call, why: string): boolean {
  call.stderr.write(`psql: error: ${why}\n`);
  return false;
}

async function converse(talk: Talk): Promise<number> {
  const { call, client } = talk;
  let text = '';
  for (;;) {
    call.stdout.write(`${client.database}${text === '' ? '=' : '-'}# `);
    const line = await readLine(call.stdin);
    if (line === undefined || /^(\\q|exit|quit)\s*;?$/.test(line.trim())) return 0;
    text += `${line}\n`;
    if (!/;\s*$/.test(text) && !text.startsWith('\\')) continue;
    hear(talk, text);
    text = '';
  }
}

/** `:name`, `:'name'` and `:"name"`. */
function withVariables(text: string, variables: ReadonlyMap<string, string>): string {
  if (variables.size === 0) return text;
  return text.replace(/(?<![:\w]):(?:'(\w+)'|"(\w+)"|([A-Za-z_]\w*))/g, (whole, quoted, named, plain) => {
    const value = variables.get(quoted ?? named ?? plain);
    if (value === undefined) return whole;
    if (quoted) return `'${value.replaceAll("'", "''")}'`;
    return named ? `"${value.replaceAll('"', '""')}"` : value;
  });
}
