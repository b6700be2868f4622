/** Why waiting longer is unlikely to help. */
export interface Failure {
  /** As Kubernetes names it: `ImagePullBackOff`, `Unschedulable`. */
  reason: string;
  /** A sentence with the evidence, without a full stop. */
  message: string;
  /**
   * How much longer than other failures it must last before it is believed, as a factor; 1 unless said. A node that an
   * autoscaler brings takes its minute, a program that is slow to become ready several.
   */
  patience?: number;
  /** How often it was tried again: each new try gets its own patience, even if nobody saw it running. */
  attempt?: number;
  /** The container that it is about. */
  container?: string;
  /** What to do next: commands and sentences. */
  next?: string[];
}

export interface Readiness {
  ready: boolean;
  /** Set when waiting longer is unlikely to help. */
  failed?: Failure;
  /** How far it is, in a few words: `2 of 3 available`. */
  message: string;
}

export const isReady = (message: string): Readiness => ({ ready: true, message });
export const isWaiting = (message: string): Readiness => ({ ready: false, message });

/** Has failed for good, as far as can be told. */
export function hasFailed(message: string, failed: Failure): Readiness {
  return { ready: false, message, failed };
}

/** ` -n tars` of an object that is in a namespace. */
export function inNamespace(metadata: { namespace?: string | undefined }): string {
  return metadata.namespace === undefined ? '' : ` -n ${metadata.namespace}`;
}
