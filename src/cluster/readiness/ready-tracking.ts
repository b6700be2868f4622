import type { Readiness } from '../../kubernetes/failure.ts';
import { type LabelSelector, matchesSelector } from '../../kubernetes/labels.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { asPod } from '../../kubernetes/pod.ts';
import { podWaiting } from '../../kubernetes/pod-waiting.ts';
import { groupKindOf, readinessOf } from '../../kubernetes/readiness.ts';
import type { WebhookBackend } from '../../kubernetes/readiness-network.ts';
import type { Connection } from '../connection.ts';
import { listObjects } from '../objects.ts';
import { pathOf } from '../resources.ts';
import type { FeedState } from '../watch/feed-state.ts';
import { watchObjects } from '../watch/watch-objects.ts';
import { newestSelector, podSelectorOf } from '../workload-pods.ts';
import type { NamespaceEvents } from './namespace-events.ts';
import { bindingModeOf, hasStatusResource } from './readiness-facts.ts';
import { webhookBackends } from './webhook-backends.ts';

/** An object that is waited for, and everything that its readiness is told by. */
export interface Tracked {
  wanted: KubernetesObject;
  live: KubernetesObject | undefined;
  pods: readonly KubernetesObject[];
  readiness: Readiness;
  /** What its first pod that is not ready is doing. */
  why: string | undefined;
  failingSince: number | undefined;
  /** Of the failure that lasts: a surer one begins anew. */
  patience: number;
  attempt: number | undefined;
  state: FeedState;
  bindingMode: string | undefined;
  /** Its kind has a status by its definition. */
  hasStatus: boolean;
  since: number;
  backends: { at: number; found: Record<string, WebhookBackend> | undefined; busy: boolean };
  /** Which of a Deployment's pods are new, for one generation and revision of it. */
  newest: { key: string; selector: LabelSelector | undefined };
}

const backendsEveryMs = 2000;

/** Watches an object and its pods until the signal ends it; `changed` is called whenever there is news. */
export async function track(
  connection: Connection,
  wanted: KubernetesObject,
  signal: AbortSignal,
  changed: () => void,
): Promise<Tracked> {
  const { apiVersion, kind, metadata } = wanted;
  const one: Tracked = {
    wanted,
    live: undefined,
    pods: [],
    readiness: { ready: false, message: 'not looked at yet' },
    why: undefined,
    failingSince: undefined,
    patience: 0,
    attempt: undefined,
    state: { kind: 'connecting' },
    bindingMode: await bindingModeOf(connection, wanted, signal),
    hasStatus: await hasStatusResource(connection, wanted, signal),
    since: Date.now(),
    backends: { at: 0, found: undefined, busy: false },
    newest: { key: '', selector: undefined },
  };
  const path = await pathOf(connection, { apiVersion, kind, namespace: metadata.namespace });
  const shared = { signal, batchMs: 100, fresh: true };
  watchObjects(connection, {
    ...shared,
    path,
    apiVersion,
    kind,
    fieldSelector: `metadata.name=${metadata.name}`,
    onObjects(objects) {
      one.live = [...objects.values()].find((object) => object.metadata.name === metadata.name);
      changed();
    },
    onState(state) {
      one.state = state;
      changed();
    },
  });
  await watchPods(connection, one, shared, changed);
  return one;
}

async function watchPods(
  connection: Connection,
  one: Tracked,
  shared: { signal: AbortSignal; batchMs: number; fresh: boolean },
  changed: () => void,
): Promise<void> {
  const { namespace } = one.wanted.metadata;
  const labelSelector = podSelectorOf(one.wanted);
  if (labelSelector === undefined) return;
  watchObjects(connection, {
    ...shared,
    path: await pathOf(connection, { apiVersion: 'v1', kind: 'Pod', namespace }),
    apiVersion: 'v1',
    kind: 'Pod',
    labelSelector,
    onObjects(pods) {
      one.pods = [...pods.values()];
      changed();
    },
    // Without the right to see pods a failure is told by the workload's own status, later.
    onState: () => {},
  });
}

/** Judges anew by what is known now, and notes since when it fails. */
export async function judge(
  connection: Connection,
  one: Tracked,
  events: NamespaceEvents,
  { now, statusGraceMs, changed }: { now: number; statusGraceMs: number; changed: () => void },
): Promise<void> {
  const { live, wanted } = one;
  if (!live) {
    one.readiness = { ready: false, message: one.state.kind === 'live' ? 'does not exist' : 'not looked at yet' };
    one.failingSince = undefined;
    one.why = undefined;
    return;
  }
  if ((live.metadata.generation ?? 0) < (wanted.metadata.generation ?? 0)) return;
  const statusExpected = one.hasStatus && now - one.since < statusGraceMs;
  const facts = { bindingMode: one.bindingMode, statusExpected, backends: one.backends.found };
  one.readiness = readinessOf(live, { ...facts, pods: one.pods });
  if (isWebhookConfiguration(live)) {
    refreshBackends(connection, one, now, changed);
    if (!one.backends.found) one.readiness = { ready: false, message: 'not looked at yet' };
    return noteFailure(one, now);
  }
  // What only events tell is looked for only while something is waited for.
  if (!one.readiness.ready) {
    const about = events.of(live.metadata.namespace ?? connection.info.namespace);
    const pods = await newestOf(connection, one, live);
    one.readiness = readinessOf(live, { ...facts, pods, events: about });
    one.why = whyWaiting(pods, about);
  } else one.why = undefined;
  noteFailure(one, now);
}

/** Before it is said to have failed: the cause by the events of this moment, which may come later than a status. */
export async function judgeOnceMore(connection: Connection, one: Tracked, signal?: AbortSignal): Promise<void> {
  const { live, bindingMode, backends } = one;
  if (!live) return;
  const namespace = live.metadata.namespace ?? connection.info.namespace;
  const query = { apiVersion: 'v1', kind: 'Event', namespace };
  const events = await listObjects(connection, query, signal).catch(() => undefined);
  if (!events) return;
  const pods = await newestOf(connection, one, live);
  const found = readinessOf(live, { bindingMode, backends: backends.found, pods, events });
  if (found.failed) one.readiness = found;
}

function noteFailure(one: Tracked, now: number): void {
  const { failed } = one.readiness;
  const patience = failed?.patience ?? 1;
  if (!failed) one.failingSince = undefined;
  else if (one.failingSince === undefined || patience < one.patience || isTriedAgain(one)) one.failingSince = now;
  one.patience = patience;
  one.attempt = failed?.attempt;
}

/** A container that was started anew since the last look, of the same pods. */
function isTriedAgain({ attempt, readiness }: Tracked): boolean {
  const now = readiness.failed?.attempt;
  return attempt !== undefined && now !== undefined && now > attempt;
}

function whyWaiting(pods: readonly KubernetesObject[], events: readonly KubernetesObject[]): string | undefined {
  // A pod that is going says nothing about the one that takes its place.
  const going = (pod: KubernetesObject) => (pod.metadata.deletionTimestamp === undefined ? 0 : 1);
  const finished = (pod: KubernetesObject) => asPod(pod).status?.phase === 'Failed';
  for (const pod of [...pods].sort((a, b) => going(a) - going(b))) {
    const why = finished(pod) ? undefined : podWaiting(pod, events);
    if (why !== undefined) return why;
  }
  return undefined;
}

/**
 * Of a Deployment's pods those of its newest ReplicaSet: what an older version does, which is being replaced, says nothing about
 * the new one. Which that is is asked once for each generation and revision.
 */
async function newestOf(
  connection: Connection,
  one: Tracked,
  live: KubernetesObject,
): Promise<readonly KubernetesObject[]> {
  if (live.kind !== 'Deployment' || one.pods.length === 0) return one.pods;
  const revision = live.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? '';
  const key = `${live.metadata.generation ?? 0}/${revision}`;
  if (one.newest.key !== key || !one.newest.selector)
    one.newest = { key, selector: await newestSelector(connection, live).catch(() => undefined) };
  const { selector } = one.newest;
  return selector ? one.pods.filter((pod) => matchesSelector(selector, pod.metadata.labels)) : one.pods;
}

function isWebhookConfiguration(object: KubernetesObject): boolean {
  return (
    groupKindOf(object).startsWith('admissionregistration.k8s.io/') && object.kind.endsWith('WebhookConfiguration')
  );
}

function refreshBackends(connection: Connection, one: Tracked, now: number, changed: () => void): void {
  const { live, backends } = one;
  if (!live || backends.busy || now - backends.at < backendsEveryMs) return;
  backends.busy = true;
  webhookBackends(connection, live)
    .then((found) => {
      backends.found = found;
    })
    .catch(() => {
      backends.found ??= {};
    })
    .finally(() => {
      backends.busy = false;
      backends.at = Date.now();
      changed();
    });
}
