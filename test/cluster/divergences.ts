/** Where the sandbox means to answer otherwise than Kubernetes. Everything that is not here is the same, or a fault. */
export const divergences = {
  'aggregated-apis':
    'an APIService of a Service is stored and listed, not called: whether it is available stays unknown',
  'pod-template-hash':
    'hashes in names of ReplicaSets and revisions are of the JSON of a template, not of how Go lays it out: other values, same properties',
} as const satisfies Record<string, string>;

export type Divergence = keyof typeof divergences;
