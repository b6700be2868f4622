import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { Problem } from '../base/errors.ts';
import { type KubernetesObject, nameOf } from '../kubernetes/object.ts';
import type { Connection } from './connection.ts';
import { KubernetesError } from './kubernetes-error.ts';
import { type ChangeOptions, fieldManager, getObject, refOf } from './objects.ts';
import { withScalerRespected } from './replicas-owner.ts';
import { findResource, pathOf } from './resources.ts';

export interface ApplyOptions extends ChangeOptions {
  /** Takes over fields that belong to somebody else; never by default. */
  force?: boolean | undefined;
  /** Label `app.kubernetes.io/part-of`. */
  system?: string | undefined;
}

export interface ApplyResult {
  action: 'created' | 'updated' | 'unchanged';
  object: KubernetesObject;
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
  const labelled = withOwnership({ ...object, metadata: { ...object.metadata, namespace } }, options.system);
  const before = await getObject(connection, refOf(labelled), options.signal);
  const wanted = before ? await withScalerRespected(connection, labelled, before, options.signal) : labelled;
  const after = await send(connection, wanted, options);
  const action = !before ? 'created' : sameIntent(before, after) ? 'unchanged' : 'updated';
  return { action, object: { ...after, apiVersion: object.apiVersion, kind: object.kind } };
}

function withOwnership(object: KubernetesObject, system: string | undefined): KubernetesObject {
  const labels: Record<string, string> = { ...object.metadata.labels, 'app.kubernetes.io/managed-by': fieldManager };
  if (system !== undefined) labels['app.kubernetes.io/part-of'] = system;
  const { managedFields: _, resourceVersion: __, uid: ___, creationTimestamp: ____, ...metadata } = object.metadata;
  const { status: _____, ...rest } = object;
  return { ...rest, metadata: { ...metadata, labels } } as KubernetesObject;
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
      if (!/failed calling webhook/.test(error.message) || attempt >= 4) throw error;
      await wait(500 * 2 ** attempt, undefined, options.signal ? { signal: options.signal } : {});
    }
  }
}

// k8s.io/apimachinery's structured-merge-diff conflicts: causes with reason FieldManagerConflict.
function conflictProblem(error: KubernetesError, object: KubernetesObject): Problem {
  const causes = (error.details.details?.causes ?? []).filter((cause) => cause.reason === 'FieldManagerConflict');
  if (causes.length === 0) return error;
  const conflicts = causes.map((cause) => ({
    field: cause.field ?? '?',
    owner: /conflict with "([^"]+)"/.exec(cause.message ?? '')?.[1] ?? cause.message ?? 'somebody else',
  }));
  const [first] = conflicts;
  const others = conflicts.length > 1 ? ` (and ${conflicts.length - 1} more)` : '';
  return new Problem(`${nameOf(object)}: the field ${first?.field} belongs to ${first?.owner}${others}`, {
    where: error.where,
    evidence: conflicts.map(({ field, owner }) => `${field}  owned by ${owner}`),
    next: [
      'Leave the field out of the manifest, or give it the value that it has now',
      'To take it over, apply with force; whoever owns it now may set it back',
    ],
    cause: error,
  });
}

/** True when nothing that a person wrote differs: status and what the server counts are left out. */
function sameIntent(before: KubernetesObject, after: KubernetesObject): boolean {
  return isDeepStrictEqual(intentOf(before), intentOf(after));
}

function intentOf(object: KubernetesObject): unknown {
  const { status: _, metadata, apiVersion: __, kind: ___, ...rest } = object;
  const { managedFields, resourceVersion, generation, creationTimestamp, uid, ...kept } = metadata;
  return { ...rest, metadata: kept };
}
