import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { intentOf } from '../kubernetes/intent.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { conflictProblem, conflictsWithItself } from './apply-conflicts.ts';
import type { Connection } from './connection.ts';
import { hasStatus, KubernetesError } from './kubernetes-error.ts';
import { type ChangeOptions, fieldManager, getObject, refOf } from './objects.ts';
import { withScalerRespected } from './replicas-owner.ts';
import { findResource, pathOf } from './resources.ts';

export interface ApplyOptions extends ChangeOptions {
  /** Takes over fields that belong to somebody else; never by default. */
  force?: boolean | undefined;
  /** Refuses to take back what we have set ourselves by another way, as it refuses it for others. */
  respectOwn?: boolean | undefined;
  /** Label `app.kubernetes.io/part-of`. */
  system?: string | undefined;
  /** Further labels and annotations, which say whose the object is. */
  marks?: { labels: Record<string, string>; annotations: Record<string, string> } | undefined;
  /** Sends the object as it is, without the labels that say whose it is: to bring back what was there before. */
  unmarked?: boolean | undefined;
  /** What is applied together with it: an autoscaler among them counts as if it were there already. */
  together?: readonly KubernetesObject[] | undefined;
}

export interface ApplyResult {
  action: 'created' | 'updated' | 'unchanged';
  object: KubernetesObject;
  /** As it was; undefined when it was not there. */
  before: KubernetesObject | undefined;
}

/**
 * Server-side apply with the field manager `tars-console` and the ownership labels. `replicas` is left to the
 * autoscaler where one targets an object that exists already. Throws `Problem` for a conflict, with field and owner, and
 * `KubernetesError` for everything else that the server refuses.
 */
export async function applyObject(
  connection: Connection,
  object: KubernetesObject,
  options: ApplyOptions = {},
): Promise<ApplyResult> {
  const resource = await findResource(connection, object.apiVersion, object.kind);
  const namespace = resource.namespaced ? (object.metadata.namespace ?? connection.info.namespace) : undefined;
  const labelled = withOwnership({ ...object, metadata: { ...object.metadata, namespace } }, options);
  const before = await getObject(connection, refOf(labelled), options.signal);
  const wanted = before ? await withScalerRespected(connection, labelled, before, options) : labelled;
  const after = await sendOwn(connection, wanted, before, options);
  const same = before && isDeepStrictEqual(intentOf(before), intentOf(after));
  const action = !before ? 'created' : same ? 'unchanged' : 'updated';
  return { action, object: { ...after, apiVersion: object.apiVersion, kind: object.kind }, before };
}

function withOwnership(
  object: KubernetesObject,
  { system, marks, unmarked }: Pick<ApplyOptions, 'system' | 'marks' | 'unmarked'>,
): KubernetesObject {
  const ours = {
    'app.kubernetes.io/managed-by': fieldManager,
    ...(system ? { 'app.kubernetes.io/part-of': system } : {}),
  };
  const labels = unmarked ? {} : { labels: { ...object.metadata.labels, ...marks?.labels, ...ours } };
  const annotations = marks ? { annotations: { ...object.metadata.annotations, ...marks.annotations } } : {};
  const { managedFields: _, resourceVersion: __, uid: ___, creationTimestamp: ____, ...metadata } = object.metadata;
  const { status: _____, ...rest } = object;
  return { ...rest, metadata: { ...metadata, ...labels, ...annotations } } as KubernetesObject;
}

/**
 * An apply that takes back what we have set ourselves by another way: scaling, patching and labelling are entries of their own
 * beside the apply's, and the server holds them against each other like those of strangers. Forced only upon the very object
 * that was looked at, so that nobody else's field is taken who writes in between.
 */
async function sendOwn(
  connection: Connection,
  wanted: KubernetesObject,
  before: KubernetesObject | undefined,
  options: ApplyOptions,
): Promise<KubernetesObject> {
  for (let attempt = 0; ; attempt += 1) {
    const live = attempt === 0 ? before : await getObject(connection, refOf(wanted), options.signal);
    try {
      return await send(connection, wanted, options);
    } catch (error) {
      if (!live || options.respectOwn || !conflictsWithItself(error)) throw error;
    }
    const { resourceVersion } = live.metadata;
    const upon = { ...wanted, metadata: { ...wanted.metadata, resourceVersion } };
    try {
      return await send(connection, upon, { ...options, force: true });
    } catch (error) {
      // Somebody has changed it since it was looked at.
      if (!hasStatus(error, 409) || attempt >= 4) throw error;
    }
  }
}

async function send(connection: Connection, object: KubernetesObject, options: ApplyOptions) {
  const path = await pathOf(connection, refOf(object));
  for (let attempt = 0; ; attempt += 1) {
    try {
      const { body } = await connection.request<KubernetesObject>({
        method: 'PATCH',
        path,
        query: {
          fieldManager,
          fieldValidation: 'Strict',
          force: options.force ? true : undefined,
          dryRun: options.dryRun ? 'All' : undefined,
        },
        contentType: 'application/apply-patch+yaml',
        body: object,
        signal: options.signal,
      });
      return body;
    } catch (error) {
      if (!(error instanceof KubernetesError)) throw error;
      if (error.status === 409) throw conflictProblem(error, object);
      // A webhook whose pod has only just become ready: the server's own words, tried again, but not for ever.
      if (!/failed calling webhook/.test(error.message) || attempt >= (options.dryRun ? 1 : 5)) throw error;
      await wait(500 * 2 ** attempt, undefined, options.signal ? { signal: options.signal } : {});
    }
  }
}
