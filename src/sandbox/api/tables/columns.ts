import { formatAge } from '../../../base/duration.ts';
import type { KubernetesObject } from '../../../kubernetes/object.ts';
import type { Resource } from '../resources.ts';
import type { Column } from './table.ts';

export const nameColumn: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name must be unique within a namespace.',
  priority: 0,
  cell: (object) => object.metadata.name,
};

export const ageColumn: Column = {
  name: 'Age',
  type: 'string',
  description: 'Time since the object was created.',
  priority: 0,
  cell: (object) => ageOf(object.metadata.creationTimestamp),
};

/** `3m` of a timestamp, `<unknown>` without one. */
export function ageOf(time: unknown): string {
  return typeof time === 'string' ? formatAge(Date.now() - Date.parse(time)) : '<unknown>';
}

export function column(name: string, cell: (object: KubernetesObject) => unknown, more: Partial<Column> = {}): Column {
  return { name, type: 'string', priority: 0, ...more, cell };
}

/** The columns of a kind; name and age for kinds that have none of their own. */
export function columnsOf(_: Resource): readonly Column[] {
  return [nameColumn, ageColumn];
}
