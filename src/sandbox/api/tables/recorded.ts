import { readData } from '../../data/read-data.ts';
import type { Resource } from '../resources.ts';
import type { Column } from './column.ts';

export type RecordedColumn = Omit<Column, 'cell'>;

let recorded: Record<string, RecordedColumn[]> | undefined;

/** The columns that a real API server shows of one of Kubernetes' own kinds; undefined for one that it does not list. */
export function recordedColumns({ group, version, plural }: Resource): readonly RecordedColumn[] | undefined {
  recorded ??= JSON.parse(readData('tables.json').toString()) as Record<string, RecordedColumn[]>;
  return recorded[`${group === '' ? '' : `${group}/`}${version}/${plural}`];
}
