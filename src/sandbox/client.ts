import type { KubernetesObject } from '../kubernetes/object.ts';

/** How controllers and nodes speak to the API server: plain HTTPS, so that the same code serves a real one. */
export interface ApiClient {
  readonly server: string;
  /** Throws `ApiError` for anything but 2xx. */
  get<T = KubernetesObject>(path: string, query?: Query): Promise<T>;
  create<T = KubernetesObject>(path: string, object: unknown, query?: Query): Promise<T>;
  replace<T = KubernetesObject>(path: string, object: unknown): Promise<T>;
  patch<T = KubernetesObject>(path: string, patch: unknown, type: PatchType, query?: Query): Promise<T>;
  remove(
    path: string,
    options?: { gracePeriodSeconds?: number; propagationPolicy?: string; preconditions?: { uid?: string } },
  ): Promise<void>;
  watch(path: string, query: Query, signal: AbortSignal): AsyncIterable<WatchEvent>;
  close(): void;
}

export type Query = Record<string, string | number | boolean | undefined>;
export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: KubernetesObject;
}

export class ApiError extends Error {
  readonly status: number;
  readonly reason: string;
  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}
