import { copyLine } from './copy-text.ts';
import { type Database, identifier, type SchemaObject, type Table, type Value } from './store.ts';

/** One thing of a dump: what makes it. The rows of a table's data follow in pieces. */
export interface DumpItem {
  name: string;
  type: string;
  schema: string;
  section: 'before data' | 'data' | 'after data';
  /** SQL with its `;`, or the COPY of a table's rows. */
  text: string;
}

/** An item, or some whole lines of the rows that belong to the item before. */
export type DumpPiece = { item: DumpItem } | { rows: string };

export interface DumpChoice {
  schemaOnly: boolean;
  dataOnly: boolean;
  owner: boolean;
}

/** What a database consists of now, in the order in which it can be made again. What changes later is not in it. */
export function dumpPieces({ tables, objects, owner }: Database, choice: DumpChoice): Generator<DumpPiece> {
  const sorted = [...tables.values()]
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .map((table) => ({ ...table, rows: [...table.rows] }));
  return piecesOf(sorted, [...objects], owner, choice);
}

function* piecesOf(
  tables: readonly Table[],
  objects: readonly SchemaObject[],
  owner: string,
  { schemaOnly, dataOnly, owner: withOwner }: DumpChoice,
): Generator<DumpPiece> {
  const kept = (section: SchemaObject['section']) =>
    objects.filter((object) => object.section === section).map((object) => ({ item: itemOf(object) }));
  if (!dataOnly) {
    for (const table of tables) {
      const owned = withOwner ? `\n\n\nALTER TABLE ${nameOf(table)} OWNER TO ${identifier(owner)};` : '';
      yield { item: { ...about(table, 'TABLE'), section: 'before data', text: `${createTable(table)}${owned}` } };
    }
    yield* kept('before data');
  }
  if (!schemaOnly) {
    for (const table of tables) {
      const columns = table.columns.map(({ name }) => identifier(name)).join(', ');
      const text = `COPY ${nameOf(table)} (${columns}) FROM stdin;`;
      yield { item: { ...about(table, 'TABLE DATA'), section: 'data', text } };
      for (const rows of inPieces(table.rows)) yield { rows };
    }
    yield* kept('data');
  }
  if (!dataOnly) yield* kept('after data');
}

function about({ name, schema }: Table, type: string) {
  return { name, type, schema };
}

function itemOf({ name, type, section, text }: SchemaObject): DumpItem {
  return { name, type, section, schema: 'public', text: `${text};` };
}

function nameOf({ schema, name }: Table): string {
  return `${identifier(schema)}.${identifier(name)}`;
}

function createTable(table: Table): string {
  const columns = table.columns.map(
    ({ name, type, notNull, default: value }) =>
      `    ${identifier(name)} ${type}${value === undefined ? '' : ` DEFAULT ${value}`}${notNull ? ' NOT NULL' : ''}`,
  );
  const inside = [...columns, ...table.inline.map((one) => `    ${one}`)];
  return `CREATE TABLE ${nameOf(table)} (\n${inside.join(',\n')}\n);`;
}

function* inPieces(rows: readonly (readonly Value[])[]): Generator<string> {
  let piece = '';
  for (const row of rows) {
    piece += `${copyLine(row)}\n`;
    if (piece.length < 32 * 1024) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}
