/** Where the sandbox means to answer otherwise than Kubernetes. Everything that is not here is the same, or a fault. */
export const divergences = {} as const satisfies Record<string, string>;

export type Divergence = keyof typeof divergences;
