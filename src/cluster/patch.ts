import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Connection } from './connection.ts';
import { type ChangeOptions, fieldManager } from './objects.ts';
import { type ObjectRef, pathOf } from './resources.ts';

/** The three kinds of patches that change what is there; server-side apply is `applyObject`. */
export type PatchType = 'merge' | 'strategic' | 'json';

/** A patch of one object. */
export interface ObjectPatch {
  ref: ObjectRef;
  type: PatchType;
  body: unknown;
  /** `status`, `scale`, … */
  subresource?: string | undefined;
}

const contentTypes: Record<PatchType, string> = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
};

/** Sends a patch; fields that the kind does not have are refused. Throws `KubernetesError`. */
export async function patchObject(
  connection: Connection,
  { ref, type, body, subresource }: ObjectPatch,
  options: ChangeOptions = {},
): Promise<KubernetesObject> {
  const path = `${await pathOf(connection, ref)}${subresource ? `/${subresource}` : ''}`;
  const answer = await connection.request<KubernetesObject>({
    method: 'PATCH',
    path,
    query: { fieldManager, fieldValidation: 'Strict', dryRun: options.dryRun ? 'All' : undefined },
    contentType: contentTypes[type],
    body,
    signal: options.signal,
  });
  return answer.body;
}
