/** How a cluster is reached: a token, or the client certificate of a kubeconfig. PEM texts. */
export interface ClusterAccess {
  server: string;
  ca?: string;
  token?: string;
  cert?: string;
  key?: string;
  /** A file whose current context is this cluster. */
  kubeconfig: string;
}

/** What the set-up hands to the tests: a cluster that is not the sandbox. */
export interface RealCluster extends ClusterAccess {
  /** Of KUBECONFIG: not ours, so that only namespaces are made there. */
  given: boolean;
  /** Where kubectl and helm were compiled to; empty where they were not. */
  binaries: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    realCluster: RealCluster | undefined;
  }
}
