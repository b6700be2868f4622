import { messageOf } from '../../base/errors.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { asPod, type Pod } from '../../kubernetes/pod.ts';
import type { PodTemplate } from '../../kubernetes/workload.ts';
import { answered } from '../client.ts';
import type { ControllerContext } from './controller.ts';
import type { RecordEvent } from './event-recorder.ts';
import type { Expectations } from './expectations.ts';
import { controlledBy, keyOf } from './owners.ts';
import { collectionPath, objectPath } from './resource-paths.ts';

/** Makes and deletes the pods of one kind of owner, and says so in events (`controller_utils.go RealPodControl`). */
export interface PodControl {
  /** Without a name the server makes one from the owner's. Throws what the API answered. */
  create(owner: KubernetesObject, template: PodTemplate, own?: OwnParts): Promise<Pod>;
  remove(owner: KubernetesObject, pod: Pod): Promise<void>;
  /**
   * Makes one pod of each of these, first one, then twice as many each time, so that a refusal is not asked for a thousand
   * times. Returns how many were made, and what the API answered when it was not all.
   */
  createAll(owner: KubernetesObject, template: PodTemplate, parts: readonly OwnParts[]): Promise<Made>;
}

export interface Made {
  made: number;
  problem?: unknown;
}

export interface OwnParts {
  name?: string;
  /** Instead of the owner's name and a dash. */
  generateName?: string;
  finalizers?: string[];
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  spec?: Record<string, unknown>;
}

/** A namespace that is being deleted refuses everything: that is no news. */
export function isNamespaceEnding(error: unknown): boolean {
  return error instanceof Error && /being terminated/.test(error.message);
}

/** How a controller says in events what it did to a pod of an owner. */
export interface PodWords {
  made(owner: KubernetesObject, pod: string): string;
  notMade(owner: KubernetesObject, pod: string, error: unknown): string;
  removed(owner: KubernetesObject, pod: string): string;
  notRemoved(owner: KubernetesObject, pod: string, error: unknown): string;
}

const commonWords: PodWords = {
  made: (_, pod) => `Created pod: ${pod}`,
  notMade: (_, __, error) => `Error creating: ${messageOf(error)}`,
  removed: (_, pod) => `Deleted pod: ${pod}`,
  notRemoved: (_, __, error) => `Error deleting: ${messageOf(error)}`,
};

export function createPodControl(
  { client }: ControllerContext,
  record: RecordEvent,
  expectations?: Expectations,
  words: PodWords = commonWords,
): PodControl {
  const create: PodControl['create'] = async (owner, template, own = {}) => {
    const { namespace, name } = owner.metadata;
    const naming = { ...(own.name ? { name: own.name } : {}), generateName: own.generateName ?? `${name}-` };
    const labels = { ...template.metadata?.labels, ...own.labels };
    const annotations = { ...template.metadata?.annotations, ...own.annotations };
    const finalizers = [...new Set([...(template.metadata?.finalizers ?? []), ...(own.finalizers ?? [])])];
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        ...naming,
        namespace,
        labels,
        ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
        ...(finalizers.length > 0 ? { finalizers } : {}),
        ownerReferences: [controlledBy(owner)],
      },
      spec: { ...template.spec, ...own.spec },
    };
    try {
      const made = await client.create(collectionPath('pods', namespace), pod);
      expectations?.created(keyOf(owner), made);
      record(owner, 'Normal', 'SuccessfulCreate', words.made(owner, made.metadata.name));
      return asPod(made);
    } catch (error) {
      if (!isNamespaceEnding(error))
        record(owner, 'Warning', 'FailedCreate', words.notMade(owner, own.name ?? '', error));
      throw error;
    }
  };
  return {
    create,
    async remove(owner, pod) {
      expectations?.deleting(keyOf(owner), pod);
      try {
        const preconditions = pod.metadata.uid ? { preconditions: { uid: pod.metadata.uid } } : {};
        await client.remove(objectPath('pods', pod.metadata), preconditions);
        record(owner, 'Normal', 'SuccessfulDelete', words.removed(owner, pod.metadata.name));
      } catch (error) {
        if (answered(error, 404) || answered(error, 409)) return;
        record(owner, 'Warning', 'FailedDelete', words.notRemoved(owner, pod.metadata.name, error));
        throw error;
      }
    },
    async createAll(owner, template, parts) {
      let made = 0;
      for (let from = 0, batch = 1; from < parts.length; from += batch, batch *= 2) {
        const results = await Promise.allSettled(
          parts.slice(from, from + batch).map((own) => create(owner, template, own)),
        );
        made += results.filter(({ status }) => status === 'fulfilled').length;
        const failed = results.find((result) => result.status === 'rejected');
        if (failed) return { made, problem: failed.reason };
      }
      return { made };
    },
  };
}
