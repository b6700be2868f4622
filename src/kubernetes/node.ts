import type { Condition } from './condition.ts';
import type { KubernetesObject } from './object.ts';
import type { Taint } from './scheduling-terms.ts';

/** Nodes as far as the scheduler needs to know them (`core/v1`). */
export interface Node extends KubernetesObject {
  spec?: { unschedulable?: boolean; taints?: Taint[]; podCIDR?: string };
  status?: {
    allocatable?: Record<string, string | number>;
    capacity?: Record<string, string | number>;
    conditions?: Condition[];
  };
}

export function asNode(object: KubernetesObject): Node {
  return object as Node;
}
