import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * What the API server asks of the nodes: everything about running containers that no store can answer. Plain functions, so
 * that the nodes need not know the server and the server need not know them. All of them throw `DelegateError` (or any
 * error, then it is a 500) when they cannot answer.
 */
export interface Delegates {
  /** `pods/log`. Yields text as it comes, line ends included; ends when the log does or the signal aborts. */
  readLogs?: (request: LogRequest) => AsyncIterable<string> | Promise<AsyncIterable<string>>;
  /** `pods/exec`, `attach` and `portforward`, by the paths of a kubelet. */
  kubelet?: KubeletApi;
  /** `services/NAME:PORT/proxy/PATH`: the answer of a ready endpoint. */
  proxyService?: (request: ProxyRequest) => Promise<ProxyAnswer>;
  /** `pods/NAME:PORT/proxy/PATH`. */
  proxyPod?: (request: ProxyRequest) => Promise<ProxyAnswer>;
  /** Aggregated APIs by group and version, e.g. `metrics.k8s.io/v1beta1`. */
  aggregated?: Record<string, AggregatedApi>;
}

/** The HTTP API of a kubelet, behind whatever server checks who calls. Paths come with their query. */
export interface KubeletApi {
  request(incoming: IncomingMessage, response: ServerResponse, path: string): void;
  upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer, path: string): void;
}

export interface LogRequest {
  namespace: string;
  pod: string;
  /** Always given: the server chooses the pod's only container or its default one. */
  container: string;
  follow: boolean;
  /** The run of the container before this one. */
  previous: boolean;
  timestamps: boolean;
  tailLines: number | undefined;
  sinceSeconds: number | undefined;
  /** Milliseconds since 1970. */
  sinceTime: number | undefined;
  limitBytes: number | undefined;
  signal: AbortSignal;
}

export interface ProxyRequest {
  namespace: string;
  name: string;
  /** A number or a port's name; empty when the address names none. */
  port: string;
  method: string;
  /** Behind `/proxy`, with the leading slash and the query string. */
  path: string;
  headers: Record<string, string>;
  body: Buffer;
  signal: AbortSignal;
}

export interface ProxyAnswer {
  status: number;
  headers: Record<string, string>;
  body: Buffer | string;
}

/** One resource of an aggregated API, as discovery tells it. */
export interface AggregatedResource {
  plural: string;
  singular: string;
  kind: string;
  namespaced: boolean;
  verbs: string[];
  shortNames?: string[];
}

export interface AggregatedApi {
  resources: AggregatedResource[];
  /** `path` is what follows `/apis/GROUP/VERSION`, e.g. `/namespaces/tars/pods`. The body is sent as JSON. */
  get(path: string, query: URLSearchParams): Promise<{ status: number; body: unknown }>;
}

/** A refusal with the status that the client shall see, e.g. 400 BadRequest for a container that waits to start. */
export class DelegateError extends Error {
  readonly status: number;
  readonly reason: string;
  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}
