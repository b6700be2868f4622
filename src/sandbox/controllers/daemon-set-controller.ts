import { asNode, type Node } from '../../kubernetes/node.ts';
import { matchesNode, tolerates } from '../../kubernetes/node-affinity.ts';
import { asPod, isPodActive, isPodAvailable, isPodReady, type Pod } from '../../kubernetes/pod.ts';
import type { Toleration } from '../../kubernetes/scheduling-terms.ts';
import { type DaemonSet, scaledValue } from '../../kubernetes/workload.ts';
import { createClaims } from './claiming.ts';
import { type Controller, type ControllerContext, runController, writeStatus } from './controller.ts';
import { createExpectations } from './expectations.ts';
import { keyOf, ownerKey, partsOf } from './owners.ts';
import { createPodControl } from './pod-control.ts';
import { createRevisions, type Revision, revisionLabel } from './revisions.ts';
import type { WorkQueue } from './work-queue.ts';

/** Daemons run where others may not (`pkg/controller/daemon/util`). */
const daemonTolerations: Toleration[] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
];

/** One pod on each node that takes it (`pkg/controller/daemon/daemon_controller.go`). */
export function startDaemonSetController(context: ControllerContext): Controller {
  const { client } = context;
  const sets = context.informer('daemonsets');
  const nodes = context.informer('nodes');
  const podInformer = context.informer('pods');
  const revisionInformer = context.informer('controllerrevisions');
  const claims = createClaims(client, 'pods', podInformer);
  const expectations = createExpectations(podInformer);
  const control = createPodControl(context, context.recorder('daemonset-controller'), expectations);
  const revisions = createRevisions(context);

  const sync = async (key: string, queue: WorkQueue) => {
    const { namespace, name } = partsOf(key);
    const set = sets.get(namespace, name) as DaemonSet | undefined;
    if (!set) return expectations.forget(key);
    const pods = (await claims.claim(set, set.spec.selector)).map(asPod);
    const { update } = await revisions.of(set);
    const wanted = nodes
      .list()
      .map(asNode)
      .filter((node) => runsOn(set, node));
    if (!set.metadata.deletionTimestamp) {
      if (expectations.met(key)) await place(set, pods, wanted, update);
      else queue.addAfter(key, 1000);
    }
    await writeStatus(client, 'daemonsets', set, statusOf(set, pods, wanted, update));
  };

  const place = async (set: DaemonSet, pods: Pod[], wanted: readonly Node[], update: Revision) => {
    const names = new Set(wanted.map(({ metadata }) => metadata.name));
    const active = pods.filter(({ metadata }) => !metadata.deletionTimestamp);
    const placed = new Map<string, Pod[]>();
    for (const pod of active) placed.set(nodeOf(pod), [...(placed.get(nodeOf(pod)) ?? []), pod]);
    for (const [node, there] of placed)
      for (const pod of there)
        if (!names.has(node) || !isPodActive(pod) || pod !== there[0]) await control.remove(set, pod);
    // A terminating pod holds its node's place until it is gone.
    const taken = new Set(pods.map(nodeOf));
    for (const node of names) {
      if (taken.has(node)) continue;
      const labels = { [revisionLabel]: update.metadata.name };
      await control.create(set, set.spec.template, { labels, spec: placementOn(set, node) });
    }
    await renew(set, active, wanted.length, update);
  };

  const renew = async (set: DaemonSet, active: readonly Pod[], wanted: number, update: Revision) => {
    if (set.spec.updateStrategy?.type === 'OnDelete') return;
    const most = Math.max(1, scaledValue(set.spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, wanted, true));
    const available = active.filter((pod) => isPodAvailable(pod, set.spec.minReadySeconds ?? 0, Date.now()));
    let spare = most - (wanted - available.length);
    for (const pod of active.filter((one) => one.metadata.labels?.[revisionLabel] !== update.metadata.name)) {
      // A broken old pod costs nothing.
      if (available.includes(pod)) {
        if (spare <= 0) continue;
        spare -= 1;
      }
      await control.remove(set, pod);
    }
  };

  return runController(context, {
    name: 'daemonset',
    needs: [revisionInformer],
    inputs: [
      { informer: sets, keys: (set) => [keyOf(set)] },
      { informer: podInformer, keys: (pod) => ownerKey(pod, 'DaemonSet') },
      { informer: nodes, keys: (_, { type }) => (type === 'modified' ? [] : sets.list().map(keyOf)) },
    ],
    sync,
  });
}

function nodeOf(pod: Pod): string {
  const terms =
    pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  return pod.spec.nodeName ?? terms[0]?.matchFields?.[0]?.values?.[0] ?? '';
}

function runsOn(set: DaemonSet, node: Node): boolean {
  const { spec } = set.spec.template;
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: '' }, spec } satisfies Pod;
  const tolerations = [...(spec.tolerations ?? []), ...daemonTolerations];
  const hard = (node.spec?.taints ?? []).filter(({ effect }) => effect !== 'PreferNoSchedule');
  return matchesNode(pod, node) && hard.every((taint) => tolerates(tolerations, taint));
}

function placementOn(set: DaemonSet, node: string) {
  const { affinity, tolerations = [] } = set.spec.template.spec;
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [node] }];
  const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] } };
  return {
    affinity: { ...affinity, nodeAffinity: { ...affinity?.nodeAffinity, ...nodeAffinity } },
    tolerations: [...tolerations, ...daemonTolerations],
  };
}

function statusOf(
  set: DaemonSet,
  pods: readonly Pod[],
  wanted: readonly Node[],
  update: Revision,
): DaemonSet['status'] {
  const names = new Set(wanted.map(({ metadata }) => metadata.name));
  const active = pods.filter(isPodActive);
  const right = active.filter((pod) => names.has(nodeOf(pod)));
  const available = right.filter((pod) => isPodAvailable(pod, set.spec.minReadySeconds ?? 0, Date.now())).length;
  const updated = right.filter((pod) => pod.metadata.labels?.[revisionLabel] === update.metadata.name).length;
  const unavailable = wanted.length - available;
  return {
    observedGeneration: set.metadata.generation ?? 0,
    desiredNumberScheduled: wanted.length,
    currentNumberScheduled: right.length,
    numberMisscheduled: active.length - right.length,
    numberReady: right.filter(isPodReady).length,
    ...(updated > 0 ? { updatedNumberScheduled: updated } : {}),
    ...(available > 0 ? { numberAvailable: available } : {}),
    ...(unavailable > 0 ? { numberUnavailable: unavailable } : {}),
  };
}
