/** A list as the API server prints it for `kubectl get` (`meta.k8s.io/v1` Table). */
export interface Table {
  kind: 'Table';
  metadata?: { resourceVersion?: string; continue?: string };
  /** Left out in all but the first event of a watch. */
  columnDefinitions?: { name: string; type?: string }[] | null;
  rows?: TableRow[] | null;
}

export interface TableRow {
  cells: unknown[];
  /** The metadata with `includeObject=Metadata`; absent with `None`. */
  object?: { metadata?: { name?: string; namespace?: string; uid?: string; creationTimestamp?: string } } | null;
}

export const tableAccept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

/** Where which column stands; names differ between kinds and versions, their order is not promised. */
export type ColumnIndex = ReadonlyMap<string, number>;

export function indexColumns(table: Table): ColumnIndex | undefined {
  const columns = table.columnDefinitions;
  if (!columns || columns.length === 0) return undefined;
  return new Map(columns.map((column, index) => [column.name, index]));
}

/** The text of a cell; the empty string where there is none. */
export function cellText(row: TableRow, columns: ColumnIndex, name: string): string {
  const index = columns.get(name);
  const value = index === undefined ? undefined : row.cells[index];
  if (value === undefined || value === null) return '';
  // An object from a server need not be one that turns into text by itself.
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const ageUnits: Record<string, number> = { y: 31_536_000, d: 86_400, h: 3600, m: 60, s: 1 };

/**
 * When something began whose age is printed so, in milliseconds since 1970. Ages are printed ever more coarsely, so a moment
 * `known` from before is kept while it fits; else what is drawn from it would jump back with each change.
 */
export function bornBy(text: string, now: number, known: number | undefined): number | undefined {
  const age = parseServerAge(text);
  if (age === undefined) return undefined;
  const coarseness = (ageUnits[text.at(-1) ?? ''] ?? 0) * 1000;
  const newest = now - age;
  const slack = 1000;
  const fits = known !== undefined && known <= newest + slack && known >= newest - coarseness - slack;
  return fits ? known : newest;
}

/** Milliseconds of an age as the server prints it (`apimachinery/pkg/util/duration`): `45s`, `5m10s`, `2d3h`, `2y41d`. */
export function parseServerAge(text: string): number | undefined {
  if (!/^(\d+[ydhms])+$/.test(text)) return undefined;
  let seconds = 0;
  for (const [, value, unit] of text.matchAll(/(\d+)([ydhms])/g))
    seconds += Number(value) * (ageUnits[unit ?? ''] ?? 0);
  return seconds * 1000;
}
