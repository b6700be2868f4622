/** Which cluster somebody chose; what a run writes down of it. */
export interface ClusterChoice {
  /** Path of a kubeconfig; without one, KUBECONFIG and then the usual place count. */
  kubeconfig?: string | undefined;
  context?: string | undefined;
  /** The embedded cluster; its kubeconfig is then given above. */
  sandbox: boolean;
  /** True for what goes without any cluster: none is looked for, none is asked. */
  none?: boolean | undefined;
  namespace?: string | undefined;
}

export interface ConnectionInfo {
  context: string;
  server: string;
  namespace: string;
  sandbox: boolean;
  /** No cluster at all: every request is refused. */
  none?: boolean | undefined;
  /** Names of other contexts that lead to the same server: a production cluster is one by whichever name. */
  otherNames?: readonly string[];
  /** The sandbox's `--speed`; undefined on every other cluster. */
  speed?: number | undefined;
  /** Path of the kubeconfig that was named, for tools that are started beside; without one the usual places count. */
  kubeconfig?: string | undefined;
}

export interface KubernetesRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute path below the server, e.g. `/api/v1/namespaces/tars/pods`. */
  path: string;
  query?: Record<string, string | number | boolean | undefined>;
  /** Sent as JSON. */
  body?: unknown;
  contentType?: string;
  accept?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** For the whole answer; in `lines` until the answer begins. 30 s unless said, 0 for no limit. */
  timeoutMs?: number;
  /** In `lines`: the server has accepted the request and the stream is open, though no line may have come yet. */
  onOpen?: () => void;
}

export interface KubernetesResponse<T = unknown> {
  status: number;
  headers: Record<string, string>;
  /** Parsed when it is JSON, else text. */
  body: T;
}

/** A connection that stays open in both directions: exec, port-forward. */
export interface StreamRequest {
  /** Absolute path below the server. */
  path: string;
  /** A name may stand several times in it, as `command` of exec does. */
  query?: readonly (readonly [name: string, value: string])[];
  /** Subprotocols that are understood, the best first. */
  protocols: readonly string[];
  /** Ends the stream at once, also later. */
  signal?: AbortSignal | undefined;
  /** Until the stream stands; 30 s unless said. */
  timeoutMs?: number;
}

/** An open WebSocket. */
export interface MessageStream {
  /** The subprotocol that the server chose. */
  readonly protocol: string;
  /**
   * What comes, to be read once; the server is held up while it is not read. Ends with the stream, and throws a `Problem` or
   * the network's error where it broke off.
   */
  messages(): AsyncIterable<Buffer>;
  /** Resolves when the message is on its way, so that awaiting it holds up who sends. */
  send(message: Uint8Array): Promise<void>;
  close(): void;
}

/**
 * One authenticated way to an API server: keep-alive, certificates, tokens and exec plugins by the kubeconfig. `request`
 * and `lines` throw a `KubernetesError` for every answer that is not 2xx and a `Problem` when there is no answer.
 */
export interface Connection {
  readonly info: ConnectionInfo;
  request<T = unknown>(request: KubernetesRequest): Promise<KubernetesResponse<T>>;
  /** A streamed answer, line by line: watches and followed logs. Ends when the server ends it; aborting ends it too. */
  lines(request: KubernetesRequest): AsyncIterable<string>;
  /** Upgrades to a WebSocket. Throws like `request`, and a `Problem` where something in between breaks the upgrade. */
  stream(request: StreamRequest): Promise<MessageStream>;
  /** Aborted by `close`: what was opened through the connection ends with it. */
  readonly closed: AbortSignal;
  /** Requests a second over the last ten seconds, its own load on the API server. */
  requestRate(): number;
  close(): void;
}
