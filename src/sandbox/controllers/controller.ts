import type { KubernetesObject } from '../../kubernetes/object.ts';
import { type ApiClient, answered } from '../client.ts';
import { createInformer, type Informer, type ObjectChange } from '../informer.ts';
import type { Pace } from '../pace.ts';
import { createEventRecorder, type RecordEvent } from './event-recorder.ts';
import { mergePatchBetween } from './merge-patch.ts';
import { collectionPath, objectPath, type ResourceName } from './resource-paths.ts';
import { createWorkQueue, type WorkQueue } from './work-queue.ts';

/** What every controller gets. */
export interface ControllerContext {
  readonly client: ApiClient;
  readonly pace: Pace;
  /** One informer for each resource, shared by all that ask. */
  informer(resource: ResourceName): Informer;
  informerAt(path: string): Informer;
  /** Drops what is no longer served. */
  dropInformer(path: string): void;
  recorder(component: string): RecordEvent;
  onError(controller: string, key: string, error: unknown): void;
  stop(): void;
}

export interface Controller {
  stop(): void;
  readonly synced: Promise<void>;
}

export function createContext(
  client: ApiClient,
  pace: Pace,
  onError: ControllerContext['onError'] = () => {},
): ControllerContext {
  const informers = new Map<string, Informer>();
  const informerAt = (path: string) => {
    const known = informers.get(path);
    if (known) return known;
    const made = createInformer(client, path);
    informers.set(path, made);
    return made;
  };
  return {
    client,
    pace,
    informerAt,
    informer: (resource) => informerAt(collectionPath(resource)),
    dropInformer(path) {
      informers.get(path)?.stop();
      informers.delete(path);
    },
    recorder: (component) => createEventRecorder(client, component),
    onError,
    stop() {
      for (const informer of informers.values()) informer.stop();
    },
  };
}

/** An informer whose changes ask for work on these keys. */
export interface Input {
  informer: Informer;
  keys: (object: KubernetesObject, change: ObjectChange) => readonly string[];
}

export interface ControllerOptions {
  name: string;
  inputs: readonly Input[];
  /** Other informers that have to be filled before work begins. */
  needs?: readonly Informer[];
  workers?: number;
  /** Brings one object's world in order; called again after an error. */
  sync: (key: string, queue: WorkQueue) => Promise<void>;
}

/** A level-triggered controller: changes become keys, keys are worked on once everything that it reads has been listed. */
export function runController(context: ControllerContext, options: ControllerOptions): Controller {
  const { name, inputs, needs = [], workers = 4 } = options;
  const queue = createWorkQueue((key) => options.sync(key, queue), {
    workers,
    onError: (key, error) => context.onError(name, key, error),
  });
  const endings = inputs.map(({ informer, keys }) =>
    informer.on((change) => {
      // What an object was before may have concerned others than it does now.
      const before = change.previous ? keys(change.previous, change) : [];
      for (const key of new Set([...before, ...keys(change.object, change)])) queue.add(key);
    }),
  );
  const synced = Promise.all([...inputs.map(({ informer }) => informer), ...needs].map((one) => one.synced)).then(() =>
    queue.start(),
  );
  return {
    synced,
    stop() {
      for (const end of endings) end();
      queue.stop();
    },
  };
}

/** Writes the status if it differs from the object's; returns whether it did. */
export async function writeStatus(
  client: ApiClient,
  resource: ResourceName,
  object: KubernetesObject,
  status: unknown,
): Promise<boolean> {
  const patch = mergePatchBetween(object.status, status);
  if (!patch) return false;
  try {
    await client.patch(objectPath(resource, object.metadata, 'status'), { status: patch }, 'merge');
    return true;
  } catch (error) {
    // Gone in the meantime: there is nothing left to say.
    if (answered(error, 404)) return false;
    throw error;
  }
}
