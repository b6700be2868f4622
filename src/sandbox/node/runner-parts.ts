import type { Host } from './host.ts';
import type { ContainerSpec, Pod } from './pod.ts';
import type { PodEvent } from './pod-state.ts';
import type { PodVolumes } from './pod-volumes.ts';

/** What the containers of one pod have from its worker. */
export interface RunnerParts {
  host: Host;
  pod(): Pod;
  podIP(): string;
  volumes: PodVolumes;
  /** False when nothing new is to be started any more. */
  goesOn(): boolean;
  apply(event: PodEvent): void;
  report(level: 'Normal' | 'Warning', reason: string, message: string, container: ContainerSpec): void;
}
