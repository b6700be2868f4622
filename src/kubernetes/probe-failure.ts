import type { EventFacts } from './event.ts';
import { type Failure, inNamespace } from './failure.ts';
import type { Pod } from './pod.ts';

/** A probe that failed, as the kubelet's events tell (`pkg/kubelet/prober/prober.go`). */
export interface FailedProbe {
  kind: 'readiness' | 'liveness' | 'startup';
  container: string | undefined;
  /** What it answered: `HTTP probe failed with statuscode: 503`. */
  answer: string;
  /** Milliseconds since 1970; 0 where it is not known. */
  at: number;
}

const failed = /^(Readiness|Liveness|Startup) probe (?:failed|errored(?: and resulted in \w+ state)?): ?([\s\S]*)$/;

/** The newest failure of a probe of one container; of one that was restarted for its liveness or startup probe that one's. */
export function failedProbe(events: readonly EventFacts[], container: string): FailedProbe | undefined {
  const mine = events.filter((one) => one.reason === 'Unhealthy' && one.container === container);
  const decisive = isKilled(container, events) && mine.findLast(({ message }) => !message.startsWith('Readiness'));
  const event = decisive || mine.at(-1);
  const found = failed.exec(event?.message ?? '');
  if (!event || !found) return undefined;
  const kind = (found[1] ?? '').toLowerCase() as FailedProbe['kind'];
  return { kind, container: event.container, answer: (found[2] ?? '').trim() || 'no answer', at: event.at };
}

/**
 * A container that is not ready and whose probe fails. One that the kubelet has already restarted for it is believed sooner;
 * a readiness probe alone only after Kubernetes' own patience with a rollout, ten minutes, as many programs start slowly.
 */
export function probeFailure(pod: Pod, events: readonly EventFacts[]): Failure | undefined {
  const status = pod.status?.containerStatuses?.find(
    ({ ready, name, state }) => !ready && (state?.running || isKilled(name, events)) && failedProbe(events, name),
  );
  const probe = status && failedProbe(events, status.name);
  if (!status || !probe) return undefined;
  // One that was started anew since then has not been asked yet.
  const startedAt = Date.parse(status.state?.running?.startedAt ?? '') || 0;
  if (status.restartCount < 2 && probe.at > 0 && probe.at + 1000 < startedAt) return undefined;
  const again = probe.kind !== 'readiness' && status.restartCount > 0;
  const restarted = again ? ', and the container was restarted for it' : '';
  const where = inNamespace(pod.metadata);
  return {
    reason: 'ProbeFailed',
    container: status.name,
    message: `the ${probe.kind} probe of container ${status.name} fails: ${probe.answer}${restarted}`,
    patience: again ? 2 : 50,
    next: [
      `kubectl logs ${pod.metadata.name} -c ${status.name}${where}`,
      `kubectl describe pod ${pod.metadata.name}${where}`,
    ],
  };
}

function isKilled(container: string, events: readonly EventFacts[]): boolean {
  return events.some(
    (one) =>
      one.reason === 'Killing' && one.container === container && / failed (liveness|startup) probe/.test(one.message),
  );
}
