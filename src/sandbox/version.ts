import { discovered } from './data/discovered.ts';

/** What the sandbox's API server and its nodes say they are. */
export const kubernetesVersion: string = discovered.version.gitVersion ?? '';
