import { expect, it } from 'vitest';
import { createPipe } from '../../../src/sandbox/workloads/shell/streams.ts';
import { createFleet } from './fleet.ts';

async function database() {
  const fleet = createFleet();
  await fleet.startDatabases();
  const postgres = fleet.start('postgres:17');
  await fleet.clock.advance(5000);
  const sql = (text: string, options: string[] = ['-tA']) =>
    postgres.exec(['psql', '-U', 'tars_user', '-d', 'tars_analytics', ...options, '-c', text]);
  const shell = (script: string) => postgres.exec(['sh', '-c', script]);
  return { fleet, postgres, sql, shell };
}

const table = `CREATE TABLE notes (id bigint PRIMARY KEY, words varchar(80) NOT NULL DEFAULT 'none', at timestamptz)`;
const connect = '-U tars_user';

it('a table keeps its rows, and they are found, counted and taken away', async () => {
  const { sql } = await database();
  await sql(table);
  expect((await sql(`INSERT INTO notes VALUES (1, 'it''s; one', NULL), (2, 'two', NULL)`, [])).output).toBe(
    'INSERT 0 2\n',
  );
  expect((await sql('SELECT words FROM notes WHERE id = 1')).output).toBe("it's; one\n");
  expect((await sql('SELECT count(*), max(id) FROM notes')).output).toBe('2|2\n');
  expect((await sql('SELECT id FROM notes ORDER BY id DESC LIMIT 1')).output).toBe('2\n');
  expect((await sql("DELETE FROM notes WHERE words = 'two'", [])).output).toBe('DELETE 1\n');
  expect(await sql('SELECT nothing FROM notes')).toEqual({
    exitCode: 1,
    output: 'ERROR:  column "nothing" does not exist\n',
  });
  expect(await sql('INSERT INTO notes VALUES (3, NULL, NULL)')).toMatchObject({ exitCode: 1 });
});

it('a dump has the form of pg_dump and fills another database with the same', async () => {
  const { sql, shell } = await database();
  await sql(table);
  await sql(`INSERT INTO notes VALUES (1, 'a\tb\\c', NULL), (2, 'ü', now())`);
  const { output } = await shell(`pg_dump ${connect} tars_analytics > /tmp/a.sql && cat /tmp/a.sql`);
  expect(output).toMatch(/^--\n-- PostgreSQL database dump\n--\n\n\\restrict \w+\n/);
  expect(output).toContain("words character varying(80) DEFAULT 'none' NOT NULL");
  expect(output).toContain('COPY public.notes (id, words, at) FROM stdin;\n1\ta\\tb\\\\c\t\\N\n');
  expect(output).toMatch(/\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict \w+\n\n$/);
  const back = `psql ${connect} -v ON_ERROR_STOP=1 -q -d other < /tmp/a.sql >/dev/null`;
  const restored = await shell(`createdb ${connect} other && ${back} && pg_dump ${connect} other`);
  const withoutKey = (text: string) => text.replace(/restrict \w+/g, 'restrict');
  expect(withoutKey(restored.output)).toBe(withoutKey(output));
});

it('an archive in the custom format is listed, and restored as a whole or not at all', async () => {
  const { sql, shell } = await database();
  await sql(table);
  await sql(`INSERT INTO notes VALUES (1, 'one', NULL)`);
  const listed = await shell(`pg_dump ${connect} -Fc tars_analytics > /tmp/a.dump && pg_restore --list < /tmp/a.dump`);
  expect(listed.output).toMatch(/TABLE public notes tars_user\n.*TABLE DATA public notes tars_user\n/s);
  const back = `createdb ${connect} other; pg_restore ${connect} --single-transaction -d other /tmp/a.dump`;
  expect((await shell(`${back} && psql ${connect} -d other -tAc 'SELECT words FROM notes'`)).output).toBe('one\n');
  const cut = await shell('head -c 700 /tmp/a.dump | pg_restore --list');
  expect(cut).toEqual({ exitCode: 1, output: 'pg_restore: error: could not read from input file: end of file\n' });
});

it('what was not committed is not there: at the end of the input, after an error, and after a crash', async () => {
  const { fleet, postgres, sql, shell } = await database();
  await sql(table);
  const count = async () => (await sql('SELECT count(*) FROM notes')).output.trim();
  const psql = `psql ${connect} -q -v ON_ERROR_STOP=1 -d tars_analytics`;
  await shell(`printf 'BEGIN; COPY notes FROM stdin;\\n1\\tone\\t\\\\N\\n' | ${psql}`);
  expect(await count()).toBe('0');
  expect(
    await shell(`printf "BEGIN; INSERT INTO notes VALUES (1, 'x', NULL); NONSENSE; COMMIT;" | ${psql}`),
  ).toMatchObject({ exitCode: 3 });
  expect(await count()).toBe('0');
  await shell(`printf "BEGIN; INSERT INTO notes VALUES (1, 'x', NULL); COMMIT;" | ${psql}`);
  expect(await count()).toBe('1');
  const access = ['tars_user', 'tars_analytics', 'something long', 'client'];
  postgres.process.command?.(['SQL', ...access, 'BEGIN']);
  postgres.process.command?.(['SQL', ...access, "INSERT INTO notes VALUES (2, 'x', NULL)"]);
  postgres.process.kill();
  const again = fleet.start('postgres:17', { system: postgres.system });
  await fleet.clock.advance(5000);
  const found = again.process.command?.(['SQL', ...access.slice(0, 3), 'other', 'SELECT count(*) FROM notes']);
  expect(JSON.parse(found ?? '').result.rows).toEqual([['1']]);
});

it('databases are made, renamed while nobody may come in, and removed', async () => {
  const { sql, shell } = await database();
  expect((await shell(`createdb ${connect} tars_analytics`)).output).toBe(
    'createdb: error: database creation failed: ERROR:  database "tars_analytics" already exists\n',
  );
  const swap = `printf 'BEGIN; ALTER DATABASE other RENAME TO another; COMMIT;' | psql ${connect} -q -d postgres`;
  expect((await shell(`createdb ${connect} other && ${swap} && psql ${connect} -lqtA`)).output).toContain('another');
  await sql('ALTER DATABASE another ALLOW_CONNECTIONS false');
  expect((await shell(`psql ${connect} -d another -c 'SELECT 1'`)).output).toContain(
    'is not currently accepting connections',
  );
  expect((await shell(`dropdb ${connect} another && dropdb ${connect} --if-exists another && echo gone`)).output).toBe(
    'gone\n',
  );
  expect((await shell('pg_dump -U nobody tars_analytics')).output).toContain('FATAL:  role "nobody" does not exist');
});

it('the backend writes each answered question down', async () => {
  const fleet = createFleet();
  await fleet.startDatabases();
  const [backend] = await fleet.startBackends(1);
  const request = { method: 'GET', url: '/rag/query?q=why', headers: {}, body: '', remoteAddress: '10.0.0.9' };
  const answered = backend?.process.handle(request, 8000);
  await fleet.clock.advance(2000);
  expect((await answered)?.status).toBe(200);
  const sql = [
    'SQL',
    'tars_user',
    'tars_analytics',
    'something long',
    'test',
    'SELECT question, cached FROM query_log',
  ];
  const found = fleet.services.get('postgres-service')?.command?.(sql);
  expect(JSON.parse(found ?? '').result.rows).toEqual([['why', 'f']]);
});

it('a pod that is killed in the middle of a dump leaves no whole one', async () => {
  const { postgres, sql } = await database();
  await sql(table);
  const rows = Array.from({ length: 4000 }, (_, index) => `(${index}, '${'x'.repeat(60)}', NULL)`);
  await sql(`INSERT INTO notes VALUES ${rows.join(', ')}`);
  const stdout = createPipe();
  const dumping = postgres.execute(['pg_dump', '-U', 'tars_user', 'tars_analytics'], stdout);
  let text = (await stdout.read())?.toString() ?? '';
  postgres.process.kill();
  expect(await dumping).not.toBe(0);
  stdout.end();
  for (let more = await stdout.read(); more; more = await stdout.read()) text += more.toString();
  expect(text).toContain('PostgreSQL database dump');
  expect(text).not.toContain('dump complete');
});
