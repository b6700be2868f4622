import { KubernetesError } from './kubernetes-error.ts';

/**
 * How the server says that a field cannot be changed once the object is there (k8s.io/kubernetes pkg/apis/…/validation and
 * k8s.io/apimachinery pkg/api/validation): StatefulSet and Job templates, selectors, a Service's clusterIP, roleRef, a bound
 * claim, an immutable ConfigMap, rules of custom resources.
 */
const sayings = [
  /is immutable/i,
  /may not change( once set)?/i,
  /(may not|cannot) be (changed|updated|modified)/i,
  /cannot change (roleRef|its set ClusterIP)/i,
  /updates to .* (is|are) forbidden/i,
  /updates parameters are forbidden/i,
];

export interface ImmutableField {
  field: string;
  message: string;
}

/**
 * The fields for which an update was refused because they cannot be changed; the object would have to be made anew. None
 * where anything else was wrong as well: making it anew would not help then.
 */
export function immutableFields(error: unknown): ImmutableField[] {
  if (!(error instanceof KubernetesError) || error.status !== 422) return [];
  const causes = error.details.details?.causes ?? [];
  const fields = causes.map(({ field = '', message = '' }) => ({ field, message }));
  return fields.every(({ message }) => sayings.some((saying) => saying.test(message))) ? fields : [];
}
