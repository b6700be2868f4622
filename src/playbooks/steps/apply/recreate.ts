import { Problem } from '../../../base/errors.ts';
import type { ImmutableField } from '../../../cluster/immutable-fields.ts';
import { deleteObject, getObject, refOf } from '../../../cluster/objects.ts';
import { waitDeleted } from '../../../cluster/readiness/wait-deleted.ts';
import { dataAtRisk } from '../../../kubernetes/data-at-risk.ts';
import { type KubernetesObject, nameOf } from '../../../kubernetes/object.ts';
import type { StepContext } from '../../step-kind.ts';
import type { ApplyConfig } from './config.ts';

/** What holds too much for it to be made anew by the way. */
const neverMadeAnew = new Set(['Namespace', 'PersistentVolume', 'CustomResourceDefinition']);

export interface Recreation {
  /** What it owns stays, and is taken over by the new one. */
  orphan: boolean;
  /** Data that goes, by name. */
  data: string[];
  /** Why it is not made anew. */
  refused: string | undefined;
}

/** How an object would be made anew. A StatefulSet leaves its pods and claims where they are; the new one adopts them. */
export function recreationOf(live: KubernetesObject, { recreate = 'ask' }: Pick<ApplyConfig, 'recreate'>): Recreation {
  const orphan = recreate === 'orphan' || live.kind === 'StatefulSet';
  const refused =
    recreate === 'never'
      ? 'the step says `recreate: never`'
      : neverMadeAnew.has(live.kind)
        ? `a ${live.kind} is never made anew by a step`
        : undefined;
  // The data of a claim or a Secret goes with the object itself.
  const own = live.kind === 'PersistentVolumeClaim' || live.kind === 'Secret';
  return { orphan, refused, data: orphan && !own ? [] : dataAtRisk(live) };
}

/**
 * Deletes an object whose change the server does not allow, so that it can be applied anew. A person is asked unless the step
 * says `orphan`; where data goes, the name is to be typed. Throws `Problem` when it is not to be.
 */
export async function makeWay(
  object: KubernetesObject,
  immutable: readonly ImmutableField[],
  config: Pick<ApplyConfig, 'recreate'>,
  context: StepContext,
): Promise<void> {
  const { connection, signal, waiting, timeoutMs, progress } = context;
  const ref = refOf(object);
  const live = await getObject(connection, ref, signal);
  if (!live) return;
  const { orphan, data, refused } = recreationOf({ ...live, kind: object.kind }, config);
  if (refused !== undefined) throw cannotChange(object, immutable, refused);
  if (config.recreate !== 'orphan' || data.length > 0) await askWhether(object, immutable, { orphan, data }, context);
  const propagation = orphan ? 'Orphan' : 'Foreground';
  await deleteObject(connection, ref, { propagation, uid: live.metadata.uid, signal });
  context.output(`${nameOf(object)} is being deleted, to be made anew${orphan ? '; what it owns stays' : ''}`);
  await waitDeleted(connection, [{ ...ref, uid: live.metadata.uid }], {
    timeoutMs,
    signal: waiting,
    onProgress: progress,
  });
}

async function askWhether(
  object: KubernetesObject,
  immutable: readonly ImmutableField[],
  { orphan, data }: Pick<Recreation, 'orphan' | 'data'>,
  context: StepContext,
): Promise<void> {
  const name = nameOf(object);
  const text = `${name} cannot be changed in place. Delete it and make it anew?`;
  const details = [
    ...immutable.map(({ field, message }) => `${field}: ${shortened(message)}`),
    orphan ? 'Its pods and claims stay, and the new one takes them over' : 'Its pods end, and new ones start',
    ...data.map((one) => `Lost for good: ${one}`),
  ];
  const typed = data.length > 0;
  const answer = await context.ask(
    typed
      ? { kind: 'typed', text, details, expect: object.metadata.name }
      : { kind: 'confirm', text, details, dangerous: true },
  );
  const yes = answer.kind === 'confirm' ? answer.yes : answer.kind === 'typed' && answer.text === object.metadata.name;
  if (!yes) throw cannotChange(object, immutable, 'making it anew was declined');
}

function cannotChange(object: KubernetesObject, immutable: readonly ImmutableField[], why: string): Problem {
  return new Problem(`${nameOf(object)} cannot be changed in place, and ${why}`, {
    evidence: immutable.map(({ field, message }) => `${field}: ${shortened(message)}`),
    next: ['Give these fields the values that they have now, or write `recreate: ask` into the step'],
  });
}

/** The server repeats the whole value in front of its reason. */
function shortened(message: string): string {
  return message.length > 200 ? `… ${message.slice(-180)}` : message;
}
