import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { summarizePod } from '../../../kubernetes/pod-status.ts';
import { isObject, listAt, textAt } from '../json.ts';
import { type Cells, textOr } from './cells.ts';
import { ageOf } from './columns.ts';

const summaries = new WeakMap<KubernetesObject, ReturnType<typeof summarizePod>>();

/** Three cells of a row come from one look at the pod. */
function summaryOf(pod: KubernetesObject): ReturnType<typeof summarizePod> {
  const summary = summaries.get(pod) ?? summarizePod(pod);
  summaries.set(pod, summary);
  return summary;
}

/** `printPod` of `pkg/printers/internalversion/printers.go`. */
export const podCells: Cells = {
  Ready: (pod) => {
    const { ready, total } = summaryOf(pod);
    return `${ready}/${total}`;
  },
  Status: (pod) => summaryOf(pod).status,
  Restarts: (pod) => {
    const { restarts, lastRestart } = summaryOf(pod);
    return restarts > 0 && lastRestart ? `${restarts} (${ageOf(lastRestart)} ago)` : String(restarts);
  },
  IP: textOr('<none>', 'status', 'podIP'),
  Node: textOr('<none>', 'spec', 'nodeName'),
  'Nominated Node': textOr('<none>', 'status', 'nominatedNodeName'),
  'Readiness Gates': readinessGates,
};

const ended: Record<string, string> = {
  Succeeded: 'The pod has completed successfully.',
  Failed: 'The pod failed.',
};

/** What a row says of a pod that has ended; undefined for any other object. */
export function rowConditions(object: KubernetesObject): object[] | undefined {
  const phase = textAt(object, 'status', 'phase');
  const message = object.kind === 'Pod' ? ended[phase] : undefined;
  return message === undefined ? undefined : [{ type: 'Completed', status: 'True', reason: phase, message }];
}

function readinessGates(pod: KubernetesObject): string {
  const gates = listAt(pod, 'spec', 'readinessGates');
  if (gates.length === 0) return '<none>';
  const conditions = listAt(pod, 'status', 'conditions').filter(isObject);
  const met = gates.filter((gate) =>
    conditions.some((one) => one.type === textAt(gate, 'conditionType') && one.status === 'True'),
  );
  return `${met.length}/${gates.length}`;
}
