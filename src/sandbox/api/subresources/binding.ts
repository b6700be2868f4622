import { readObject } from '../body.ts';
import { conflict, notFound } from '../errors.ts';
import { copy, isObject, listAt, objectAt, textAt } from '../json.ts';
import type { Answer, ApiRequest } from '../request.ts';
import { lookUp, type ServerContext, timestamp } from '../server-context.ts';
import { updateObject } from '../write.ts';
import { optionsOf } from '../write-options.ts';

/** POST of `pods/NAME/binding`: the scheduler's word, once for each pod (`pkg/registry/core/pod/storage/storage.go`). */
export async function bind(context: ServerContext, request: ApiRequest): Promise<Answer> {
  const { resource, namespace, name } = request;
  const binding = await readObject(request.incoming, request.contentType);
  const pod = lookUp(context, resource, namespace, name);
  if (!pod) throw notFound(resource, name);
  const { uid } = objectAt(binding, 'metadata');
  if (uid && uid !== pod.metadata.uid) throw conflict(resource, name, 'the UID in the binding does not match the pod');
  if (pod.metadata.deletionTimestamp !== undefined)
    throw conflict(resource, name, `pod ${name} is being deleted, cannot be assigned to a host`);
  const before = textAt(pod, 'spec', 'nodeName');
  if (before !== '') throw conflict(resource, name, `pod ${name} is already assigned to node "${before}"`);
  const next = copy(pod);
  objectAt(next, 'spec').nodeName = textAt(binding, 'target', 'name');
  const options = { ...optionsOf(context, request, namespace, 'Update'), subresource: 'binding' };
  const bound = updateObject(context, pod, next, options);
  if (!options.dryRun && bound !== pod) markScheduled(context, request, timestamp(context.now()));
  return { status: 201, object: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } };
}

function markScheduled(context: ServerContext, request: ApiRequest, time: string): void {
  const pod = lookUp(context, request.resource, request.namespace, request.name);
  if (!pod) return;
  const conditions = listAt(pod, 'status', 'conditions').filter((one) => isObject(one) && one.type !== 'PodScheduled');
  const scheduled = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: time };
  const status = { ...objectAt(pod, 'status'), conditions: [...conditions, scheduled] };
  context.store.put(request.resource.storage, { ...pod, status });
}
