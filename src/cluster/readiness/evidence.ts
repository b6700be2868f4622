import { printableLine } from '../../base/printable.ts';
import { type KubernetesObject, nameOf } from '../../kubernetes/object.ts';
import { asPod, type ContainerStatus, isPodReady } from '../../kubernetes/pod.ts';
import { summarizePod } from '../../kubernetes/pod-status.ts';
import type { Connection } from '../connection.ts';
import { type EventLine, listEvents } from '../events.ts';
import { getObject } from '../objects.ts';
import { tailLog } from '../streams/logs.ts';
import { podsOf } from '../workload-pods.ts';

/**
 * Why a workload is not well, as lines that can be drawn: its troubled pods with their reasons, the newest warnings about
 * it and them, and the last lines of the log of the worst container. Never throws: what cannot be read is left out.
 */
export async function collectEvidence(
  connection: Connection,
  object: KubernetesObject,
  options: { logLines?: number; signal?: AbortSignal | undefined } = {},
): Promise<string[]> {
  const { logLines = 8, signal } = options;
  const namespace = object.metadata.namespace ?? connection.info.namespace;
  const pods = await podsOf(connection, object, signal).catch(() => []);
  const troubled = pods.filter((pod) => !isPodReady(asPod(pod)) && summarizePod(pod).status !== 'Completed');
  const events = await listEvents(connection, { namespace, signal }).catch(() => []);
  const lines = troubled.slice(0, 3).flatMap(podLines);
  const claims = await unboundClaims(connection, troubled, namespace, signal);
  lines.push(...claims.map((claim) => `${nameOf(claim)}  ${phaseOf(claim)}`));
  lines.push(...warningLines(events, object, [...troubled, ...claims]));
  const [worst] = troubled.sort((a, b) => summarizePod(b).restarts - summarizePod(a).restarts);
  if (worst) lines.push(...(await logOf(connection, worst, namespace, logLines, signal)));
  return lines.map(printableLine);
}

function podLines(object: KubernetesObject): string[] {
  const pod = asPod(object);
  const { ready, total, status, restarts } = summarizePod(pod);
  const again = restarts > 0 ? `, restarted ${restarts} ${restarts === 1 ? 'time' : 'times'}` : '';
  const head = `Pod/${pod.metadata.name}  ${ready}/${total}  ${status}${again}`;
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const reasons = statuses.filter((one) => !one.ready).flatMap(containerLine);
  const unschedulable = pod.status?.conditions?.find(
    (condition) => condition.type === 'PodScheduled' && condition.status === 'False',
  );
  if (unschedulable?.message) reasons.push(`  ${unschedulable.message}`);
  return [head, ...reasons];
}

function containerLine({ name, state, lastState }: ContainerStatus): string[] {
  const ended = state?.terminated ?? lastState?.terminated;
  const waiting = state?.waiting?.message ? `${state.waiting.reason}: ${state.waiting.message}` : undefined;
  const exit = ended && `ended with ${ended.exitCode}${ended.reason ? ` (${ended.reason})` : ''}`;
  const said = [waiting, exit].filter((part) => part !== undefined).join('; ');
  return said === '' ? [] : [`  container ${name}: ${said}`];
}

interface WithClaims {
  volumes?: { persistentVolumeClaim?: { claimName: string } }[];
}

/** Claims of pods that have no volume yet: what keeps those pods from being scheduled or started. */
async function unboundClaims(
  connection: Connection,
  pods: readonly KubernetesObject[],
  namespace: string,
  signal?: AbortSignal,
): Promise<KubernetesObject[]> {
  const volumes = pods.slice(0, 3).flatMap((pod) => (pod.spec as WithClaims | undefined)?.volumes ?? []);
  const names = new Set(volumes.flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []));
  const read = (name: string) =>
    getObject(connection, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace }, signal);
  const claims = await Promise.all([...names].slice(0, 5).map((name) => read(name).catch(() => undefined)));
  return claims.flatMap((claim) =>
    claim && phaseOf(claim) !== 'Bound' ? [{ ...claim, kind: 'PersistentVolumeClaim' }] : [],
  );
}

function phaseOf(object: KubernetesObject): string {
  return (object.status as { phase?: string } | undefined)?.phase ?? 'Pending';
}

function warningLines(events: EventLine[], object: KubernetesObject, pods: readonly KubernetesObject[]): string[] {
  const names = new Set([nameOf(object), ...pods.map(nameOf)]);
  // A Deployment's refusals are told about its ReplicaSets, whose names begin with its own.
  const mine = (event: EventLine) =>
    names.has(event.object) || event.object.startsWith(`ReplicaSet/${object.metadata.name}-`);
  const warnings = events.filter((event) => event.type === 'Warning' && mine(event));
  return warnings.slice(-5).map(({ reason, message, count, object: about }) => {
    return `event ${reason} ${about}: ${message}${count > 1 ? ` (${count} times)` : ''}`;
  });
}

async function logOf(
  connection: Connection,
  object: KubernetesObject,
  namespace: string,
  tailLines: number,
  signal?: AbortSignal,
): Promise<string[]> {
  const pod = asPod(object);
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const spoke = ({ ready, restartCount, state }: ContainerStatus) =>
    !ready && (restartCount > 0 || state?.running || (state?.terminated?.exitCode ?? 0) !== 0);
  const container = statuses.find(spoke);
  if (!container) return [];
  const query = { namespace, pod: pod.metadata.name, container: container.name, tailLines, signal };
  const read = (previous: boolean) => tailLog(connection, { ...query, previous }).catch(() => []);
  // What ended and was not started anew has its log still; of what waits to be started it is the one before.
  const { state } = container;
  const lines = state?.running || state?.terminated ? await read(false) : await read(true);
  const found = lines.length > 0 ? lines : await read(false);
  return found.length === 0
    ? []
    : [`log of ${pod.metadata.name}/${container.name}:`, ...found.map((line) => `  ${line}`)];
}
