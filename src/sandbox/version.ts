/** What the sandbox's API server and its nodes say they are. */
export const kubernetesVersion = 'v1.36.0';
