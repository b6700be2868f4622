import { canonical, templateHash } from '../../kubernetes/names.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { PodTemplate } from '../../kubernetes/workload.ts';
import { answered } from '../client.ts';
import { createClaims } from './claiming.ts';
import type { ControllerContext } from './controller.ts';
import { controlledBy } from './owners.ts';
import { collectionPath } from './resource-paths.ts';

export interface Revision extends KubernetesObject {
  data?: { spec?: { template?: PodTemplate } };
  revision: number;
}

/** Templates as they were, kept as ControllerRevisions (`pkg/controller/history`). */
export interface Revisions {
  /** All of the owner's, oldest first, with one for the present template as `update`. */
  of(owner: TemplateOwner): Promise<{ all: Revision[]; update: Revision }>;
}

interface TemplateOwner extends KubernetesObject {
  spec: { template: PodTemplate; selector: { matchLabels?: Record<string, string> }; [field: string]: unknown };
}

export const revisionLabel = 'controller-revision-hash';

export function createRevisions(context: ControllerContext): Revisions {
  const { client } = context;
  const informer = context.informer('controllerrevisions');
  const claims = createClaims(client, 'controllerrevisions', informer);
  return {
    async of(owner) {
      const { name, namespace, uid = '' } = owner.metadata;
      const all = (claims.byUid.get(uid) as Revision[]).sort((left, right) => left.revision - right.revision);
      const present = canonical(owner.spec.template);
      const known = all.find(({ data }) => canonical(data?.spec?.template) === present);
      const newest = all.at(-1);
      if (known) return { all, update: known };
      const hash = templateHash(owner.spec.template);
      const draft = {
        apiVersion: 'apps/v1',
        kind: 'ControllerRevision',
        metadata: {
          name: `${name}-${hash}`,
          namespace,
          labels: { ...owner.spec.template.metadata?.labels, [revisionLabel]: `${name}-${hash}` },
          ownerReferences: [controlledBy(owner)],
        },
        data: { spec: { template: owner.spec.template } },
        revision: (newest?.revision ?? 0) + 1,
      };
      try {
        const made = (await client.create(collectionPath('controllerrevisions', namespace), draft)) as Revision;
        return { all: [...all, made], update: made };
      } catch (error) {
        if (!answered(error, 409)) throw error;
        // Made a moment ago and not in the cache yet.
        const update = draft as Revision;
        return { all: [...all, update], update };
      }
    },
  };
}
