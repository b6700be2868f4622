import type { KubernetesObject } from '../../../kubernetes/object.ts';
import type { Resource } from '../resources.ts';

/** Fills in, on a copy that is the caller's own, what a real server fills in. */
export function applyDefaults(_resource: Resource, _object: KubernetesObject, _current?: KubernetesObject): void {}
