import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { badRequest } from '../errors.ts';
import { isObject, listAt, textAt } from '../json.ts';

/** The container that a request means. Throws 400 (`pkg/registry/core/pod/strategy.go`, validateContainer). */
export function chosenContainer(pod: KubernetesObject, wanted: string): string {
  const namesOf = (field: string) =>
    listAt(pod, 'spec', field)
      .filter(isObject)
      .map((one) => textAt(one, 'name'));
  const main = namesOf('containers');
  const all = [...namesOf('initContainers'), ...main, ...namesOf('ephemeralContainers')];
  const { name } = pod.metadata;
  if (wanted !== '') {
    if (all.includes(wanted)) return wanted;
    throw badRequest(`container ${wanted} is not valid for pod ${name}`);
  }
  const [first = ''] = main;
  if (main.length === 1) return first;
  if (main.length === 0) throw badRequest(`a container name must be specified for pod ${name}`);
  throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${all.join(' ')}]`);
}
