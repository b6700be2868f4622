/** A kind as the API server serves it. */
export interface ApiResource {
  apiVersion: string;
  kind: string;
  /** Its plural name in paths, e.g. `deployments`. */
  resource: string;
  namespaced: boolean;
  verbs: readonly string[];
}
