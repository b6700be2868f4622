import type { Node } from '../../kubernetes/node.ts';
import { isPodAvailable, isPodReady, type Pod } from '../../kubernetes/pod.ts';
import { type DaemonSet, scaledValue } from '../../kubernetes/workload.ts';
import { nodeOf, placeOn } from './daemon-set-nodes.ts';
import { revisionLabel } from './revisions.ts';

export interface DaemonInput {
  set: DaemonSet;
  nodes: readonly Node[];
  pods: readonly Pod[];
  /** Of the present template; on pods made from it. */
  hash: string;
  /** ms since the epoch */
  now: number;
}

export interface DaemonPlan {
  /** Names of nodes that get a pod. */
  make: string[];
  remove: Pod[];
}

const isTerminating = ({ metadata }: Pod) => metadata.deletionTimestamp !== undefined;
const isNew = ({ hash }: DaemonInput, pod: Pod) => pod.metadata.labels?.[revisionLabel] === hash;
const isAvailable = ({ set, now }: DaemonInput, pod: Pod) => isPodAvailable(pod, set.spec.minReadySeconds ?? 0, now);

function podsByNode({ pods }: DaemonInput): Map<string, Pod[]> {
  const byNode = new Map<string, Pod[]>();
  for (const pod of pods) byNode.set(nodeOf(pod), [...(byNode.get(nodeOf(pod)) ?? []), pod]);
  return byNode;
}

/** Assigned ones first, then the oldest (`podByCreationTimestampAndPhase`). */
function inRank(pods: readonly Pod[]): Pod[] {
  const created = ({ metadata }: Pod) => metadata.creationTimestamp ?? '';
  return [...pods].sort(
    (left, right) =>
      Number(right.spec.nodeName !== undefined) - Number(left.spec.nodeName !== undefined) ||
      created(left).localeCompare(created(right)),
  );
}

/** How many nodes may be without a pod, and how many may have two, while the template changes. */
function updateBounds({ set, nodes }: DaemonInput): { maxSurge: number; maxUnavailable: number } {
  const wanted = nodes.filter((node) => placeOn(set, node).runs).length;
  const { maxSurge = 0, maxUnavailable = 1 } = set.spec.updateStrategy?.rollingUpdate ?? {};
  const [surge, unavailable] = [scaledValue(maxSurge, wanted, true), scaledValue(maxUnavailable, wanted, true)];
  return { maxSurge: surge, maxUnavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

function allowsSurge({ spec }: DaemonSet): boolean {
  return scaledValue(spec.updateStrategy?.rollingUpdate?.maxSurge ?? 0, 1, true) > 0;
}

/** One pod on each node that takes it, whatever its template (`pkg/controller/daemon/daemon_controller.go manage`). */
export function planPlaces(input: DaemonInput): DaemonPlan {
  const { set, nodes, pods } = input;
  const byNode = podsByNode(input);
  const plan: DaemonPlan = { make: [], remove: [] };
  for (const node of nodes) {
    const { name } = node.metadata;
    const there = byNode.get(name);
    const { runs, stays } = placeOn(set, node);
    if (!there) {
      if (runs) plan.make.push(name);
      continue;
    }
    const living = there.filter((pod) => !isTerminating(pod));
    if (!stays) plan.remove.push(...living);
    else {
      const running = living.filter(({ status }) => status?.phase !== 'Failed' && status?.phase !== 'Succeeded');
      plan.remove.push(...living.filter((pod) => !running.includes(pod)), ...superfluous(input, running));
      // A terminating pod holds its node's place until it is gone, unless two may be there.
      if (running.length === 0 && runs && allowsSurge(set)) plan.make.push(name);
    }
  }
  const known = new Set(nodes.map(({ metadata }) => metadata.name));
  const lost = pods.filter((pod) => !pod.spec.nodeName && !known.has(nodeOf(pod)) && !isTerminating(pod));
  return { ...plan, remove: [...plan.remove, ...lost] };
}

function superfluous(input: DaemonInput, running: readonly Pod[]): Pod[] {
  const ranked = inRank(running);
  if (!allowsSurge(input.set)) return ranked.slice(1);
  const newest = ranked.find((pod) => isNew(input, pod));
  const old = ranked.find((pod) => !isNew(input, pod));
  const surplus = ranked.filter((pod) => pod !== newest && pod !== old);
  if (newest && old && (!isPodReady(old) || isAvailable(input, newest))) surplus.push(old);
  return surplus;
}

/** Pods that are replaced because the template changed (`pkg/controller/daemon/update.go rollingUpdate`). */
export function planRenewal(input: DaemonInput): DaemonPlan {
  const { maxSurge, maxUnavailable } = updateBounds(input);
  const places = [...podsByNode(input)].map(([node, pods]) => {
    const living = pods.filter((pod) => !isTerminating(pod));
    const [fresh, old] = [living.filter((pod) => isNew(input, pod)), living.filter((pod) => !isNew(input, pod))];
    return { node, fresh: fresh[0], old: old[0], isExcess: fresh.length > 1 || old.length > 1 };
  });
  return maxSurge > 0 ? surge(input, places, maxSurge) : replace(input, places, maxUnavailable);
}

interface Place {
  node: string;
  fresh: Pod | undefined;
  old: Pod | undefined;
  isExcess: boolean;
}

function replace(input: DaemonInput, places: readonly Place[], maxUnavailable: number): DaemonPlan {
  const broken: Pod[] = [];
  const candidates: Pod[] = [];
  let unavailable = 0;
  for (const { fresh, old, isExcess } of places) {
    if (isExcess || (fresh === undefined) === (old === undefined)) unavailable += 1;
    else if (fresh) unavailable += isAvailable(input, fresh) ? 0 : 1;
    else if (old && isAvailable(input, old)) candidates.push(old);
    else if (old) {
      // A broken old pod costs nothing.
      broken.push(old);
      unavailable += 1;
    }
  }
  return { make: [], remove: [...broken, ...candidates.slice(0, Math.max(0, maxUnavailable - unavailable))] };
}

function surge(input: DaemonInput, places: readonly Place[], maxSurge: number): DaemonPlan {
  const takes = new Map(input.nodes.map((node) => [node.metadata.name, placeOn(input.set, node).runs]));
  const remove: Pod[] = [];
  const broken: string[] = [];
  const candidates: string[] = [];
  let surging = 0;
  for (const { node, fresh, old, isExcess } of places) {
    if (isExcess) surging += 1;
    else if (old && fresh) {
      if (isAvailable(input, fresh)) remove.push(old);
      else surging += 1;
    } else if (old && takes.get(node)) (isAvailable(input, old) ? candidates : broken).push(node);
    else if (old && !isAvailable(input, old)) remove.push(old);
  }
  return { remove, make: [...broken, ...candidates.slice(0, Math.max(0, maxSurge - surging))] };
}

/** `updateDaemonSetStatus` */
export function daemonSetStatus(input: DaemonInput): NonNullable<DaemonSet['status']> {
  const { set, nodes } = input;
  const byNode = podsByNode(input);
  const on = (wanted: boolean) =>
    nodes
      .filter((node) => placeOn(set, node).runs === wanted)
      .map((node) => inRank(byNode.get(node.metadata.name) ?? [])[0]);
  const placed = on(true);
  const there = placed.flatMap((pod) => pod ?? []);
  const available = there.filter((pod) => isPodReady(pod) && isAvailable(input, pod)).length;
  const updated = there.filter((pod) => isNew(input, pod)).length;
  const unavailable = placed.length - available;
  return {
    observedGeneration: set.metadata.generation ?? 0,
    desiredNumberScheduled: placed.length,
    currentNumberScheduled: there.length,
    numberMisscheduled: on(false).filter(Boolean).length,
    numberReady: there.filter(isPodReady).length,
    // The real status leaves out what is zero.
    ...(updated > 0 ? { updatedNumberScheduled: updated } : {}),
    ...(available > 0 ? { numberAvailable: available } : {}),
    ...(unavailable > 0 ? { numberUnavailable: unavailable } : {}),
    ...(set.status?.collisionCount ? { collisionCount: set.status.collisionCount } : {}),
  };
}
