/** A port-forward that is kept up: what is known of it. */
export type ForwardState =
  /** Not yet reached; nothing listens, or nobody answers behind it. */
  | { kind: 'opening' }
  | { kind: 'open'; port: number; pod: string }
  /** It was open, or could not be opened yet; the next try comes by itself. `port` keeps listening. */
  | { kind: 'reconnecting'; port: number | undefined; failures: number; reason: string }
  /** Trying again would not help. */
  | { kind: 'failed'; reason: string }
  | { kind: 'ended' };

export type ForwardEvent =
  /** A ready pod is there, and something listens at its port. */
  | { type: 'reached'; port: number; pod: string }
  /** `port` is that of this machine, where one is open. */
  | { type: 'lost'; reason: string; port: number | undefined; final: boolean }
  | { type: 'end' };

/** What is to be done next: look again after the usual time, try again after the back-off of so many failures, or stop. */
export type ForwardNext = { type: 'check' } | { type: 'retry'; failures: number } | { type: 'stop' };

/** The one transition of a kept port-forward. */
export function updateForward(state: ForwardState, event: ForwardEvent): { state: ForwardState; next: ForwardNext } {
  if (state.kind === 'ended' || state.kind === 'failed') return { state, next: { type: 'stop' } };
  switch (event.type) {
    case 'end':
      return { state: { kind: 'ended' }, next: { type: 'stop' } };
    case 'reached': {
      const { port, pod } = event;
      const same = state.kind === 'open' && state.port === port && state.pod === pod;
      return { state: same ? state : { kind: 'open', port, pod }, next: { type: 'check' } };
    }
    case 'lost': {
      const { reason, port, final } = event;
      if (final) return { state: { kind: 'failed', reason }, next: { type: 'stop' } };
      const failures = state.kind === 'reconnecting' ? state.failures + 1 : 1;
      return { state: { kind: 'reconnecting', port, failures, reason }, next: { type: 'retry', failures } };
    }
  }
}
