/** A request as it reaches a container. Header names are lower case. */
export interface WorkloadRequest {
  method: string;
  /** Path with query string, e.g. `/rag/query?q=what`. */
  url: string;
  headers: Readonly<Record<string, string | undefined>>;
  body: string;
  /** Who sent it: the address before the router. */
  remoteAddress: string;
}

export interface WorkloadResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** The other end of a connection inside the cluster. */
export interface Peer {
  request(request: WorkloadRequest): Promise<WorkloadResponse>;
  /** One command of a database's own protocol, e.g. `['GET', key]`. Throws when it does not speak one. */
  command(parts: readonly string[]): string | undefined;
}

export const json = (status: number, body: unknown, headers: Record<string, string> = {}): WorkloadResponse => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

export const text = (status: number, body: string, type = 'text/plain; charset=utf-8'): WorkloadResponse => ({
  status,
  headers: { 'content-type': type },
  body,
});
