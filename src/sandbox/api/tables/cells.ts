import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { listAt, numberAt, objectAt, textAt } from '../json.ts';
import { ageOf } from './columns.ts';

/** What stands in one column of an object's row. */
export type Cell = (object: KubernetesObject) => unknown;

/** The cells of a kind by the name of their column (`pkg/printers/internalversion/printers.go`). */
export type Cells = Readonly<Record<string, Cell>>;

/** Of every kind that has nothing of its own under these names. */
export const commonCells: Cells = {
  Name: ({ metadata }) => metadata.name,
  Age: ({ metadata }) => ageOf(metadata.creationTimestamp),
  'Created At': ({ metadata }) => metadata.creationTimestamp ?? null,
};

export function text(...path: string[]): Cell {
  return (object) => textAt(object, ...path);
}

export function textOr(otherwise: string, ...path: string[]): Cell {
  return (object) => textAt(object, ...path) || otherwise;
}

export function count(...path: string[]): Cell {
  return (object) => numberAt(object, ...path) ?? 0;
}

export function size(...path: string[]): Cell {
  return (object) => listAt(object, ...path).length;
}

export function flag(otherwise: boolean, ...path: string[]): Cell {
  const last = path.at(-1) ?? '';
  return (object) => objectAt(object, ...path.slice(0, -1))[last] ?? otherwise;
}

/** At most three, and how many more there are. */
export function shortened(all: readonly string[], none: string): string {
  if (all.length === 0) return none;
  return all.length > 3 ? `${all.slice(0, 3).join(',')} + ${all.length - 3} more...` : all.join(',');
}

/** `a=b,c=d` of a map; `<none>` of an empty one (`labels.FormatLabels`). */
export function labelText(labels: Record<string, unknown>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`);
  return pairs.length > 0 ? pairs.sort().join(',') : '<none>';
}

/** A label selector as text, its requirements by key (`labels.Requirement.String`). */
export function selectorText(selector: Record<string, unknown>, none = '<none>'): string {
  const equalities = Object.entries(objectAt(selector, 'matchLabels')).map(([key, value]) => ({
    key,
    text: `${key}=${String(value)}`,
  }));
  const expressions = listAt(selector, 'matchExpressions').map((one) => {
    const [key, operator] = [textAt(one, 'key'), textAt(one, 'operator')];
    if (operator === 'Exists') return { key, text: key };
    if (operator === 'DoesNotExist') return { key, text: `!${key}` };
    const values = listAt(one, 'values').map(String).sort().join(',');
    return { key, text: `${key} ${operator.toLowerCase()} (${values})` };
  });
  const all = [...equalities, ...expressions].sort((left, right) => (left.key < right.key ? -1 : 1));
  return all.length > 0 ? all.map((one) => one.text).join(',') : none;
}

/** Names and images of the containers of the template that lies at the path. */
export function containerCells(...path: string[]): Cells {
  const all = (field: string) => (object: KubernetesObject) =>
    listAt(object, ...path, 'spec', 'containers')
      .map((container) => textAt(container, field))
      .join(',');
  return { Containers: all('name'), Images: all('image') };
}
