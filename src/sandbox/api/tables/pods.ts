import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { summarizePod } from '../../../kubernetes/pod-status.ts';
import { isObject, listAt, textAt } from '../json.ts';
import { ageColumn, ageOf, column, nameColumn, wide } from './columns.ts';

/** `printPod` of `pkg/printers/internalversion/printers.go`. */
export const podColumns = [
  nameColumn,
  column('Ready', (pod) => {
    const { ready, total } = summarizePod(pod);
    return `${ready}/${total}`;
  }),
  column('Status', (pod) => summarizePod(pod).status),
  column('Restarts', (pod) => {
    const { restarts, lastRestart } = summarizePod(pod);
    return restarts > 0 && lastRestart ? `${restarts} (${ageOf(lastRestart)} ago)` : String(restarts);
  }),
  ageColumn,
  wide('IP', (pod) => textAt(pod, 'status', 'podIP') || '<none>'),
  wide('Node', (pod) => textAt(pod, 'spec', 'nodeName') || '<none>'),
  wide('Nominated Node', (pod) => textAt(pod, 'status', 'nominatedNodeName') || '<none>'),
  wide('Readiness Gates', readinessGates),
];

function readinessGates(pod: KubernetesObject): string {
  const gates = listAt(pod, 'spec', 'readinessGates');
  if (gates.length === 0) return '<none>';
  const conditions = listAt(pod, 'status', 'conditions').filter(isObject);
  const met = gates.filter((gate) =>
    conditions.some((one) => one.type === textAt(gate, 'conditionType') && one.status === 'True'),
  );
  return `${met.length}/${gates.length}`;
}
