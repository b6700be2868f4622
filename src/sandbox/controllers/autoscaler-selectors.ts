import { meetsAll, parseSelector, type Requirement } from '../../kubernetes/labels.ts';
import type { Pod } from '../../kubernetes/pod.ts';
import { partsOf } from './owners.ts';

/** Which autoscalers' targets select which pods: two for one pod would pull in two directions (`podautoscaler/horizontal.go`). */
export interface AutoscalerSelectors {
  set(key: string, selector: string): void;
  forget(key: string): void;
  /** The keys of all autoscalers that select one of these pods. */
  selecting(pods: readonly Pod[]): string[];
}

export function createAutoscalerSelectors(): AutoscalerSelectors {
  const byNamespace = new Map<string, Map<string, { text: string; requirements: Requirement[] }>>();
  return {
    set(key, text) {
      const { namespace } = partsOf(key);
      const known = byNamespace.get(namespace) ?? new Map();
      byNamespace.set(namespace, known);
      if (known.get(key)?.text !== text) known.set(key, { text, requirements: parseSelector(text) });
    },
    forget(key) {
      const { namespace } = partsOf(key);
      const known = byNamespace.get(namespace);
      known?.delete(key);
      if (known?.size === 0) byNamespace.delete(namespace);
    },
    selecting(pods) {
      const known = [...(byNamespace.get(pods[0]?.metadata.namespace ?? '') ?? [])];
      const selects = (requirements: Requirement[]) =>
        pods.some(({ metadata }) => meetsAll(requirements, metadata.labels));
      return known.filter(([, { requirements }]) => selects(requirements)).map(([key]) => key);
    },
  };
}
