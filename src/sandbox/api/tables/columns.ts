import { humanDuration } from '../../../kubernetes/human-duration.ts';
import type { KubernetesObject } from '../../../kubernetes/object.ts';
import type { Column } from './column.ts';

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
  description: 'CreationTimestamp is a timestamp representing the server time when this object was created.',
  priority: 0,
  cell: (object) => ageOf(object.metadata.creationTimestamp),
};

/** `3m5s` of a timestamp, `<unknown>` without one. */
export function ageOf(time: unknown): string {
  return typeof time === 'string' ? humanDuration(Date.now() - Date.parse(time)) : '<unknown>';
}

export function column(name: string, cell: (object: KubernetesObject) => unknown, more: Partial<Column> = {}): Column {
  return { name, type: 'string', priority: 0, ...more, cell };
}
