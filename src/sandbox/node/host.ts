import type { ApiClient } from '../client.ts';
import type { Pace } from '../pace.ts';
import type { Folder } from '../workloads/files/entries.ts';
import type { Peer } from '../workloads/messages.ts';
import type { Outcome } from '../workloads/outcomes.ts';
import type { EventRecorder } from './events.ts';
import type { ImageStore } from './images.ts';

/** What a pod's worker has from its node. */
export interface Host {
  client: ApiClient;
  pace: Pace;
  /** The node's name and address. */
  node: string;
  hostIP: string;
  images: ImageStore;
  events: EventRecorder;
  /** What this image was told to suffer. */
  outcomeOf(image: string): Outcome | undefined;
  takeAddress(): string;
  freeAddress(address: string): void;
  /** A connection from a namespace to a Service's name or an address. */
  dial(namespace: string, host: string, port: number): Peer | undefined;
  /** The addresses of a name as seen from a namespace. */
  resolve(namespace: string, host: string): readonly string[];
  /** What persistent volumes hold, by a name of the volume; shared by all nodes. */
  storage(volume: string): Folder;
}
