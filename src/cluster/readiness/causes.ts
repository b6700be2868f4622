import { containerFailure } from '../../kubernetes/container-failure.ts';
import { eventsAbout } from '../../kubernetes/event.ts';
import type { Failure } from '../../kubernetes/failure.ts';
import { type LabelSelector, matchesSelector } from '../../kubernetes/labels.ts';
import { type KubernetesObject, nameOf } from '../../kubernetes/object.ts';
import { asPod, type ContainerStatus } from '../../kubernetes/pod.ts';
import { podFailure } from '../../kubernetes/pod-failure.ts';
import { podWaiting } from '../../kubernetes/pod-waiting.ts';
import { groupKindOf, readinessOf } from '../../kubernetes/readiness.ts';
import type { Connection } from '../connection.ts';
import { listObjects } from '../objects.ts';
import { newestSelector } from '../workload-pods.ts';
import { collectEvidence } from './evidence.ts';
import { bindingModeOf } from './readiness-facts.ts';

/** Why a workload or a claim is not ready now; texts are raw. */
export interface Cause {
  /** `Deployment/tars-backend` */
  workload: string;
  /** One of the pods that it was seen in; empty where there is none yet. */
  pod: string;
  /** How many pods of the workload it was seen in. */
  pods: number;
  /** Empty where it is not about one. */
  container: string;
  image: string;
  /**
   * As Kubernetes names it: `ImagePullBackOff`, `Unschedulable`, `CrashLoopBackOff`, `OOMKilled`, `ProbeFailed`, `FailedMount`,
   * `WebhookFailed`, `FailedCreate`, `FailedBinding`, …; `Missing` for what does not exist, `Waiting` for what may still come.
   */
  code: string;
  /** What is wrong, in a sentence without a full stop. */
  message: string;
  /** Its pods, warnings about it and the last lines of the log. */
  evidence: string[];
}

export interface CauseQuery {
  /** `Deployment/tars-backend`, `PersistentVolumeClaim/data`; `all` of the namespace. */
  workloads: readonly string[] | 'all';
  namespace: string;
  signal?: AbortSignal | undefined;
}

const kinds: [apiVersion: string, kind: string][] = [
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'StatefulSet'],
  ['apps/v1', 'DaemonSet'],
  ['batch/v1', 'Job'],
  ['v1', 'PersistentVolumeClaim'],
];
/** Evidence takes requests of its own: more than these have their message alone. */
const mostEvidence = 12;

/** A look at this moment: nothing is waited for, so what has only begun is told as `Waiting`. Throws `KubernetesError`. */
export async function collectCauses(connection: Connection, query: CauseQuery): Promise<Cause[]> {
  const { workloads, namespace, signal } = query;
  const list = (apiVersion: string, kind: string) => listObjects(connection, { apiVersion, kind, namespace }, signal);
  const wanted = kinds.filter(([, kind]) => workloads === 'all' || workloads.some((one) => one.startsWith(`${kind}/`)));
  // Without the right to see events, statuses tell what they can.
  const events = await list('v1', 'Event').catch(() => []);
  const [pods, ...found] = await Promise.all([
    list('v1', 'Pod'),
    ...wanted.map(([apiVersion, kind]) => list(apiVersion, kind)),
  ]);
  const objects = found.flat().filter((object) => workloads === 'all' || workloads.includes(nameOf(object)));
  const missing =
    workloads === 'all' ? [] : workloads.filter((one) => !objects.some((object) => nameOf(object) === one));
  const sightings = await Promise.all(
    objects.map((object) => sightingsOf(connection, object, { pods, events, signal })),
  );
  const all = sightings.flat();
  const causes = await Promise.all(
    all.map(async ({ cause, about }, index) => {
      const evidence = index < mostEvidence ? await collectEvidence(connection, about, { signal }).catch(() => []) : [];
      return { ...cause, evidence };
    }),
  );
  return [...missing.map(absent), ...causes];
}

interface Facts {
  pods: readonly KubernetesObject[];
  events: readonly KubernetesObject[];
  signal: AbortSignal | undefined;
}

interface Sighting {
  cause: Omit<Cause, 'evidence'>;
  /** What the evidence is about. */
  about: KubernetesObject;
}

async function sightingsOf(connection: Connection, object: KubernetesObject, facts: Facts): Promise<Sighting[]> {
  const { events, signal } = facts;
  const bindingMode = await bindingModeOf(connection, object, signal);
  const pods = await podsNow(connection, object, facts);
  const readiness = readinessOf(object, { pods, events, bindingMode });
  // What is ready for a moment between two of its ends is not well.
  const seen = pods.flatMap((pod) => sightingIn(pod, object, events) ?? []);
  if (seen.length > 0) return grouped(seen);
  if (readiness.ready || isFinished(object)) return [];
  const { failed } = readiness;
  const blank = { workload: nameOf(object), pod: '', pods: 0, container: '', image: '' };
  if (failed) return [{ cause: { ...blank, code: failed.reason, message: failed.message }, about: object }];
  const why = pods.map((pod) => podWaiting(pod, events)).find((one) => one !== undefined);
  const message = why === undefined ? readiness.message : `${readiness.message}: ${why}`;
  return [{ cause: { ...blank, pods: pods.length, code: 'Waiting', message }, about: object }];
}

/** Its pods that are not going; of a Deployment those of its newest version, where that has any. */
async function podsNow(connection: Connection, object: KubernetesObject, { pods, signal }: Facts) {
  const selector = (object.spec as { selector?: LabelSelector } | undefined)?.selector;
  if (!selector || groupKindOf(object) === '/PersistentVolumeClaim') return [];
  const own = (by: LabelSelector) =>
    pods.filter((pod) => matchesSelector(by, pod.metadata.labels) && pod.metadata.deletionTimestamp === undefined);
  const newest =
    object.kind === 'Deployment' ? await newestSelector(connection, object, signal).catch(() => undefined) : undefined;
  return newest ? own(newest) : own(selector);
}

/** A Job that has failed says so by itself; one that is suspended or complete has nothing to say. */
function isFinished(object: KubernetesObject): boolean {
  return object.kind === 'Job' && (object.spec as { suspend?: boolean } | undefined)?.suspend === true;
}

function sightingIn(object: KubernetesObject, workload: KubernetesObject, events: readonly KubernetesObject[]) {
  const pod = asPod(object);
  if (pod.status?.phase === 'Succeeded') return undefined;
  // Its controller replaces one that has failed.
  if (pod.status?.phase === 'Failed' && workload.kind !== 'Job') return undefined;
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const shaky = betweenCrashes(statuses, object, events);
  const failure = shaky ?? podFailure(object, events);
  if (!failure) return undefined;
  const { container = '' } = failure;
  const containers = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
  const image = containers.find(({ name }) => name === container)?.image ?? '';
  const cause = {
    ...{ workload: nameOf(workload), pod: pod.metadata.name, pods: 1 },
    ...{ container, image, code: failure.reason, message: failure.message },
  };
  return { cause, about: shaky ? asWaiting(object, container) : object };
}

/** As it is again at its next end: its log is then that of the container before. */
function asWaiting(object: KubernetesObject, container: string): KubernetesObject {
  const { status } = asPod(object);
  const containerStatuses = status?.containerStatuses?.map((one) =>
    one.name === container ? { ...one, ready: false, state: { waiting: { reason: 'CrashLoopBackOff' } } } : one,
  );
  const conditions = status?.conditions?.filter(({ type }) => type !== 'Ready');
  return { ...object, status: { ...status, conditions, containerStatuses } };
}

/** One that has ended badly and was started anew, and has not shown yet that it holds. */
function betweenCrashes(
  statuses: readonly ContainerStatus[],
  pod: KubernetesObject,
  events: readonly KubernetesObject[],
): Failure | undefined {
  const again = statuses.find(isShaky);
  // A probe or the memory says more than that it ended.
  if (!again || podFailure(pod, events)) return undefined;
  const status = { ...again, state: { waiting: { reason: 'CrashLoopBackOff' } } };
  const failure = containerFailure(status, asPod(pod), eventsAbout(events, pod));
  return failure && { ...failure, container: again.name };
}

const longestTrialMs = 60_000;
/** As long as a kubelet remembers how often it ended. */
const rememberedMs = 600_000;

/** It runs no longer than it did before its last bad end, or has ended several times within the last minutes. */
function isShaky({ ready, state, lastState, restartCount }: ContainerStatus): boolean {
  const ended = lastState?.terminated;
  if (restartCount === 0 || !ended || ended.exitCode === 0) return false;
  if (!ready && (state?.running || state?.terminated)) return true;
  const startedAt = Date.parse(state?.running?.startedAt ?? '');
  if (Number.isNaN(startedAt)) return false;
  const ranMs = Date.parse(ended.finishedAt ?? '') - Date.parse(ended.startedAt ?? '') || 0;
  const runsMs = Date.now() - startedAt;
  return runsMs < Math.min(ranMs, longestTrialMs) + 5000 || (restartCount >= 3 && runsMs < rememberedMs);
}

/** The same in several pods of a workload is one cause. */
function grouped(seen: readonly Sighting[]): Sighting[] {
  const groups = new Map<string, Sighting>();
  for (const one of seen) {
    const { code, container } = one.cause;
    const key = `${code} ${container}`;
    const first = groups.get(key);
    if (first) first.cause.pods += 1;
    else groups.set(key, { ...one, cause: { ...one.cause } });
  }
  return [...groups.values()];
}

function absent(workload: string): Cause {
  const blank = { pod: '', pods: 0, container: '', image: '', evidence: [] };
  return { ...blank, workload, code: 'Missing', message: `${workload} does not exist` };
}
