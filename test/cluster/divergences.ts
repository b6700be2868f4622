/** Where the sandbox means to answer otherwise than Kubernetes. Everything that is not here is the same, or a fault. */
export const divergences = {
  'aggregated-apis':
    'an APIService of a Service is stored and listed, not called: whether it is available stays unknown',
} as const satisfies Record<string, string>;

export type Divergence = keyof typeof divergences;
