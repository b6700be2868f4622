import { canonical, templateHash } from '../../kubernetes/names.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { PodTemplate } from '../../kubernetes/workload.ts';
import { answered } from '../client.ts';
import { createClaims } from './claiming.ts';
import type { ControllerContext } from './controller.ts';
import { controlledBy, controllerOf } from './owners.ts';
import { collectionPath, objectPath } from './resource-paths.ts';

export interface Revision extends KubernetesObject {
  data?: { spec?: { template?: PodTemplate } };
  revision: number;
}

/** Templates as they were, kept as ControllerRevisions (`pkg/controller/history`). */
export interface Revisions {
  /** All of the owner's, oldest first, with one for the present template as `update`. */
  of(owner: TemplateOwner): Promise<{ all: Revision[]; update: Revision }>;
  /** Deletes the oldest of those that nobody uses, beyond the limit. */
  forget(owner: TemplateOwner, all: readonly Revision[], used: ReadonlySet<string>): Promise<void>;
}

interface TemplateOwner extends KubernetesObject {
  spec: { template: PodTemplate; revisionHistoryLimit?: number; [field: string]: unknown };
  status?: { collisionCount?: number; [field: string]: unknown };
}

/** On pods: which revision each was made from. */
export const revisionLabel = 'controller-revision-hash';

/** `hashLabel`: where a revision carries its hash. */
export function createRevisions(context: ControllerContext, hashLabel: string): Revisions {
  const { client } = context;
  const claims = createClaims(client, 'controllerrevisions', context.informer('controllerrevisions'));

  const create = async (draft: Revision, owner: TemplateOwner): Promise<Revision> => {
    const { namespace } = draft.metadata;
    try {
      return (await client.create(collectionPath('controllerrevisions', namespace), draft)) as Revision;
    } catch (error) {
      if (!answered(error, 409)) throw error;
      // Made a moment ago and not in the cache yet, or somebody else's: then the next try takes another name.
      const taken = (await client.get(objectPath('controllerrevisions', draft.metadata))) as Revision;
      if (controllerOf(taken)?.uid === owner.metadata.uid && templateIn(taken) === templateIn(draft)) return taken;
      const collisionCount = (owner.status?.collisionCount ?? 0) + 1;
      const kind = `${owner.kind.toLowerCase()}s` as 'statefulsets' | 'daemonsets';
      await client.patch(objectPath(kind, owner.metadata, 'status'), { status: { collisionCount } }, 'merge');
      throw error;
    }
  };

  return {
    async of(owner) {
      const known = claims.byUid.get(owner.metadata.uid ?? '') as Revision[];
      const all = known.sort((left, right) => left.revision - right.revision);
      const next = (all.at(-1)?.revision ?? 0) + 1;
      const draft = compose(owner, next, hashLabel);
      const equal = all.filter((one) => templateIn(one) === templateIn(draft)).at(-1);
      if (!equal) {
        const made = await create(draft, owner);
        return { all: [...all, made], update: made };
      }
      if (equal === all.at(-1)) return { all, update: equal };
      // An old template again: it becomes the newest.
      const path = objectPath('controllerrevisions', equal.metadata);
      const raised = (await client.patch(path, { revision: next }, 'merge')) as Revision;
      return { all: [...all.filter((one) => one !== equal), raised], update: raised };
    },
    async forget(owner, all, used) {
      const idle = all.filter(({ metadata }) => !used.has(metadata.name));
      const excess = idle.length - (owner.spec.revisionHistoryLimit ?? 10);
      for (const { metadata } of idle.slice(0, Math.max(0, excess))) {
        try {
          await client.remove(objectPath('controllerrevisions', metadata));
        } catch (error) {
          if (!answered(error, 404)) throw error;
        }
      }
    },
  };
}

function compose(owner: TemplateOwner, revision: number, hashLabel: string): Revision {
  const { name, namespace = '', annotations } = owner.metadata;
  const { template } = owner.spec;
  const hash = templateHash(template, owner.status?.collisionCount);
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name.slice(0, 223)}-${hash}`,
      namespace,
      labels: { ...template.metadata?.labels, [hashLabel]: hash },
      ...(annotations ? { annotations } : {}),
      ownerReferences: [controlledBy(owner)],
    },
    // What turns the owner back: a strategic merge patch that replaces the template as a whole.
    data: { spec: { template: { ...template, $patch: 'replace' } as PodTemplate } },
    revision,
  };
}

/** The template that a revision stands for. */
export function templateOfRevision({ data }: Revision): PodTemplate | undefined {
  const { $patch: _, ...template } = (data?.spec?.template ?? {}) as PodTemplate & { $patch?: string };
  return data?.spec?.template && template;
}

function templateIn(revision: Revision): string {
  return canonical(templateOfRevision(revision));
}
