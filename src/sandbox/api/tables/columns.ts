import { humanDuration } from '../../../kubernetes/human-duration.ts';
import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { listAt, numberAt, objectAt, textAt } from '../json.ts';
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

type Cell = (object: KubernetesObject) => unknown;

export function column(name: string, cell: Cell, more: Partial<Column> = {}): Column {
  return { name, type: 'string', priority: 0, ...more, cell };
}

/** A column that only `-o wide` shows. */
export function wide(name: string, cell: Cell): Column {
  return column(name, cell, { priority: 1 });
}

export function count(name: string, ...path: string[]): Column {
  return column(name, (object) => numberAt(object, ...path) ?? 0, { type: 'integer' });
}

export function text(name: string, ...path: string[]): Column {
  return column(name, (object) => textAt(object, ...path));
}

/** `a=b,c=d` of a map; `<none>` of an empty one. */
export function labelText(labels: Record<string, unknown>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`);
  return pairs.length > 0 ? pairs.sort().join(',') : '<none>';
}

/** Names, images and selector of a workload, the wide columns of all of them. */
export const workloadColumns: readonly Column[] = [
  wide('Containers', (object) => containersOf(object, 'name')),
  wide('Images', (object) => containersOf(object, 'image')),
  wide('Selector', (object) => selectorText(objectAt(object, 'spec', 'selector'))),
];

function containersOf(object: KubernetesObject, field: string): string {
  const containers = listAt(object, 'spec', 'template', 'spec', 'containers');
  return containers.map((container) => textAt(container, field)).join(',');
}

export function selectorText(selector: Record<string, unknown>): string {
  const map = objectAt(selector, 'matchLabels');
  const expressions = listAt(selector, 'matchExpressions').map((one) => {
    const values = listAt(one, 'values').join(',');
    const [key, operator] = [textAt(one, 'key'), textAt(one, 'operator')];
    if (operator === 'Exists') return key;
    return operator === 'DoesNotExist' ? `!${key}` : `${key} ${operator.toLowerCase()} (${values})`;
  });
  const all = [...(Object.keys(map).length > 0 ? [labelText(map)] : []), ...expressions];
  return all.length > 0 ? all.join(',') : '<none>';
}
