import type { KubernetesObject } from '../../../kubernetes/object.ts';

/** A column of a Table and how its cell comes from an object. */
export interface Column {
  name: string;
  type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  format?: string;
  description?: string;
  /** 0 is always shown, 1 only by `-o wide`. */
  priority: number;
  cell(object: KubernetesObject): unknown;
}
