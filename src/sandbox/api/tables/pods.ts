import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { summarizePod } from '../../../kubernetes/pod-status.ts';
import { isObject, listAt, textAt } from '../json.ts';
import { ageColumn, ageOf, column, nameColumn, wide } from './columns.ts';

const summaries = new WeakMap<KubernetesObject, ReturnType<typeof summarizePod>>();

/** Three cells of a row come from one look at the pod. */
function summaryOf(pod: KubernetesObject): ReturnType<typeof summarizePod> {
  const summary = summaries.get(pod) ?? summarizePod(pod);
  summaries.set(pod, summary);
  return summary;
}

/** `printPod` of `pkg/printers/internalversion/printers.go`. */
export const podColumns = [
  nameColumn,
  column('Ready', (pod) => {
    const { ready, total } = summaryOf(pod);
    return `${ready}/${total}`;
  }),
  column('Status', (pod) => summaryOf(pod).status),
  column('Restarts', (pod) => {
    const { restarts, lastRestart } = summaryOf(pod);
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
