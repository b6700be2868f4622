import { stringify } from 'yaml';
import { Problem } from '../../../base/errors.ts';
import { hasStatus } from '../../../cluster/kubernetes-error.ts';
import { listObjects } from '../../../cluster/objects.ts';
import { findKind } from '../../../cluster/resources.ts';
import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { inApplyOrder } from '../../../kubernetes/order.ts';
import type { StepContext } from '../../step-kind.ts';
import { cleanObject, madeByCluster } from './clean-object.ts';
import { type Sealed, seal } from './sealed.ts';

export interface ObjectsWanted {
  kinds: readonly string[];
  selector?: string | undefined;
  /** The sensitive input that closes Secrets; without it they are left out. */
  passphrase?: string | undefined;
}

/** The document that holds what is sealed; no cluster knows its kind, so that nothing applies it by mistake. */
export const sealedKind = { apiVersion: 'tars-console.dev/v1', kind: 'SealedObjects' } as const;

/** One object after the other as YAML, in the order in which they can be applied; how many there are of each kind. */
export async function* savedObjects(
  { kinds, selector, passphrase }: ObjectsWanted,
  context: StepContext,
  counts: Map<string, number>,
): AsyncGenerator<string> {
  const found: KubernetesObject[] = [];
  for (const kind of kinds) found.push(...(await objectsOf(kind, selector, context)));
  const all = inApplyOrder(found.filter((object) => !madeByCluster(object)));
  const closed = all.filter(({ kind }) => kind === 'Secret');
  const secret = passphrase === undefined ? undefined : context.secret(passphrase);
  if (closed.length > 0 && passphrase !== undefined && (secret === undefined || secret.length < 12))
    throw new Problem('Secrets are written only behind a passphrase of twelve characters or more', {
      next: [`Give the sensitive input \`${passphrase}\`, or leave Secrets out.`],
    });
  for (const object of all) {
    if (object.kind === 'Secret') continue;
    count(counts, object.kind);
    yield `---\n${stringify(cleanObject(object))}`;
  }
  if (secret === undefined || closed.length === 0) return;
  for (const { kind } of closed) count(counts, kind);
  yield `---\n${stringify(await sealedDocument(closed, secret))}`;
}

async function sealedDocument(objects: readonly KubernetesObject[], passphrase: string) {
  const spec: Sealed = await seal(JSON.stringify(objects.map(cleanObject)), passphrase);
  return { ...sealedKind, metadata: { name: 'secrets' }, spec };
}

/** What there is of a kind; nothing, and a line that says why, where it is not served or may not be read. */
async function objectsOf(
  kind: string,
  selector: string | undefined,
  context: StepContext,
): Promise<KubernetesObject[]> {
  const { connection, namespace, signal, output } = context;
  const resource = await findKind(connection, kind);
  if (!resource?.namespaced) {
    output(resource ? `${kind}: belongs to no namespace, left out` : `${kind}: this cluster has no such kind`);
    return [];
  }
  const { apiVersion } = resource;
  try {
    return await listObjects(connection, { apiVersion, kind, namespace, labelSelector: selector }, signal);
  } catch (error) {
    if (!hasStatus(error, 403)) throw error;
    throw new Problem(`You may not read ${kind} in ${namespace}: the backup would lack them`, {
      cause: error,
      next: ['Ask for the right to list them, or leave the kind out.'],
    });
  }
}

function count(counts: Map<string, number>, kind: string): void {
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
}
