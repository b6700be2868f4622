import { changedAt, podsOlderThan, restartedAt } from '../../../cluster/started-since.ts';
import { type KubernetesObject, nameOf } from '../../../kubernetes/object.ts';
import type { AccessNeed, PreviewContext } from '../../step-kind.ts';
import type { PreviewedChange, StepPreview } from '../../step-preview.ts';
import { accessTo } from '../access-needs.ts';
import { counted } from '../explain.ts';
import { resolveObjectName } from '../object-names.ts';
import { existingObject } from '../patched-objects.ts';
import type { PlannedRollout, RolloutConfig } from './patches.ts';

/**
 * The workloads of these that a restart is for: with `if-older-than` those that have a pod which has not started since one of these
 * objects was changed; else all. Throws `Problem` for an object that is not there.
 */
export async function toRestart<One extends { live: KubernetesObject }>(
  rollout: RolloutConfig,
  workloads: readonly One[],
  context: PreviewContext,
): Promise<One[]> {
  const names = context.render(rollout['if-older-than']);
  if (names === undefined) return [...workloads];
  const { connection, namespace, signal } = context;
  const objects = await Promise.all(
    names.map(async (name) => existingObject(await resolveObjectName(connection, name, namespace), context)),
  );
  const time = Math.max(...objects.map(changedAt));
  const older = await Promise.all(workloads.map(({ live }) => podsOlderThan(connection, live, time, signal)));
  return workloads.filter((_, index) => (older[index] ?? []).length > 0);
}

/** Why nothing was restarted. */
export function startedSince(
  rollout: RolloutConfig,
  plans: readonly PlannedRollout[],
  { render }: Pick<PreviewContext, 'render'>,
): string {
  const names = render(rollout['if-older-than'] ?? []);
  return `${plans.map(({ live }) => nameOf(live)).join(', ')}: its pods have started since ${names.join(', ')} was changed`;
}

/** The rights to tell what is older than what. */
export async function accessToCompare(rollout: RolloutConfig, context: PreviewContext): Promise<AccessNeed[]> {
  const names = context.render(rollout['if-older-than']);
  if (names === undefined) return [];
  const { connection, namespace } = context;
  const refs = await Promise.all(names.map((name) => resolveObjectName(connection, name, namespace)));
  return [...accessTo(refs, ['get']), { verbs: ['list'], apiVersion: 'v1', kind: 'Pod', namespace }];
}

/** What a restart would do; of what is not restarted now, which objects would make it so if they were changed. */
export async function previewRestart(
  rollout: RolloutConfig,
  plans: readonly PlannedRollout[],
  context: PreviewContext,
): Promise<StepPreview> {
  const restarted = await toRestart(rollout, plans, context);
  const names = context.render(rollout['if-older-than'] ?? []);
  const changes = plans.map((plan): PreviewedChange => {
    const { ref, live } = plan;
    const place = { object: nameOf(live), ...(ref.namespace ? { namespace: ref.namespace } : {}) };
    const update: PreviewedChange = {
      ...place,
      action: 'update',
      fields: [{ path: `spec.template.metadata.annotations.'${restartedAt}'`, after: 'the time of the restart' }],
      note: 'its pods are replaced by new ones of the same version',
    };
    if (restarted.includes(plan)) return update;
    return {
      ...place,
      action: 'unchanged',
      note: `its pods have started since ${names.join(', ')} was changed`,
      follows: { objects: names, change: update },
    };
  });
  const none = restarted.length === 0 && names.length > 0;
  const summary = none
    ? `restarted only where ${names.join(', ')} changes`
    : `${counted(restarted.length, 'workload')} restarted`;
  return { certainty: 'previewed', summary, changes };
}
