import { messageOf, Problem } from '../../base/errors.ts';
import { backOffMs, pause } from '../back-off.ts';
import type { Connection } from '../connection.ts';
import { hasStatus } from '../kubernetes-error.ts';
import { checkPodPort, type Forward, forwardPort, podPortOf } from '../streams/port-forward.ts';
import type { ForwardPlace } from './access-point.ts';
import { type ForwardEvent, type ForwardNext, type ForwardState, updateForward } from './forward-state.ts';

export interface KeepForwardOptions {
  namespace: string;
  /** The port of this machine that must be taken; without it the Service's own if it is free, else any. */
  local?: number | undefined;
  onState(state: ForwardState): void;
  signal: AbortSignal;
  /** How often it is made sure that a ready pod is behind it. */
  checkMs?: number;
}

/**
 * Keeps a port of this machine connected to a Service until the signal: when its pod goes away, to another one, tried again with
 * growing pauses. The port stays the same. Resolves when it has ended or cannot be had; never throws.
 */
export async function keepForward(
  connection: Connection,
  place: ForwardPlace,
  { namespace, local, onState, signal: wanted, checkMs = 5000 }: KeepForwardOptions,
): Promise<void> {
  const signal = AbortSignal.any([wanted, connection.closed]);
  const ref = { apiVersion: 'v1', kind: 'Service', namespace, name: place.service };
  const target = { ref, port: place.port };
  let state: ForwardState = { kind: 'opening' };
  let forward: Forward | undefined;
  let waking = new AbortController();
  let checkedPod: string | undefined;
  const apply = (event: ForwardEvent): ForwardNext => {
    const after = updateForward(state, event);
    if (after.state !== state) onState(after.state);
    state = after.state;
    return after.next;
  };
  const look = async (): Promise<ForwardEvent> => {
    try {
      forward ??= await open(connection, target, local, { signal, onError: () => waking.abort() });
      const pod = await podPortOf(connection, target, signal);
      if (pod.pod !== checkedPod) await checkPodPort(connection, pod, signal);
      checkedPod = pod.pod;
      return { type: 'reached', port: forward.port, pod: pod.pod };
    } catch (error) {
      checkedPod = undefined;
      if (signal.aborted) return { type: 'end' };
      return { type: 'lost', reason: reasonOf(error), port: forward?.port, final: isFinal(error) };
    }
  };
  onState(state);
  for (;;) {
    waking = new AbortController();
    const next = signal.aborted ? apply({ type: 'end' }) : apply(await look());
    if (next.type === 'stop') break;
    const ms = next.type === 'check' ? checkMs : backOffMs(next.failures);
    // Somebody who uses the port and is refused is a reason to look at once; not while it is known to be down.
    await pause(ms, next.type === 'check' ? AbortSignal.any([signal, waking.signal]) : signal);
    if (waking.signal.aborted) checkedPod = undefined;
  }
  forward?.close();
}

/** At the wanted port; without a wish at the Service's own where that is free, else anywhere. Throws like `forwardPort`. */
async function open(
  connection: Connection,
  target: Parameters<typeof forwardPort>[1],
  local: number | undefined,
  options: { signal: AbortSignal; onError: () => void },
): Promise<Forward> {
  if (local !== undefined) return forwardPort(connection, target, { ...options, local });
  const usual = typeof target.port === 'number' && target.port >= 1024 ? target.port : 0;
  try {
    return await forwardPort(connection, target, { ...options, local: usual });
  } catch (error) {
    if (usual === 0 || !isPortTaken(error)) throw error;
    return forwardPort(connection, target, options);
  }
}

function isPortTaken(error: unknown): boolean {
  return error instanceof Problem && /^Port \d+ .* on this machine$/.test(error.message);
}

function isFinal(error: unknown): boolean {
  return hasStatus(error, 401) || hasStatus(error, 403) || isPortTaken(error);
}

function reasonOf(error: unknown): string {
  const evidence = error instanceof Problem ? error.evidence[0] : undefined;
  return evidence ? `${messageOf(error)}: ${evidence}` : messageOf(error);
}
