import type { ObjectMeta } from '../../../kubernetes/object.ts';
import { readObject } from '../body.ts';
import { badRequest, conflict, methodNotAllowed, noSuchResource, notFound, unforeseen } from '../errors.ts';
import { copy, isObject, type Json, listAt, objectAt, textAt } from '../json.ts';
import { checkIdentity } from '../metadata.ts';
import type { Answer, ApiRequest } from '../request.ts';
import { checkSentKind } from '../sent-object.ts';
import { lookUp, type ServerContext, timestamp } from '../server-context.ts';
import { updateObject } from '../write.ts';
import { checkOptions, optionsOf } from '../write-options.ts';

/** POST of `bindings`: the pod is named in the body. */
export async function bindByBody(context: ServerContext, request: ApiRequest): Promise<Answer> {
  if (request.method !== 'POST' || request.name !== '') throw methodNotAllowed();
  const binding = await readObject(request.incoming, request.contentType);
  const pods = context.registry.find('', 'v1', 'pods');
  if (!pods) throw noSuchResource();
  return assign(context, { ...request, resource: pods, name: textAt(binding, 'metadata', 'name') }, binding);
}

/** POST of `pods/NAME/binding`: the scheduler's word, once for each pod (`pkg/registry/core/pod/storage/storage.go`). */
export async function bind(context: ServerContext, request: ApiRequest): Promise<Answer> {
  return assign(context, request, await readObject(request.incoming, request.contentType));
}

function assign(context: ServerContext, request: ApiRequest, binding: Json): Answer {
  const { resource, namespace, name, query } = request;
  checkOptions('CreateOptions', query);
  checkSentKind('Binding', 'core', binding);
  if (textAt(binding, 'metadata', 'name') !== name)
    throw badRequest('name in URL does not match name in Binding object');
  checkTarget(objectAt(binding, 'target'));
  const pod = lookUp(context, resource, namespace, name);
  if (!pod) throw notFound(resource, name);
  const { uid, resourceVersion } = objectAt(binding, 'metadata');
  const given = { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) } as Partial<ObjectMeta>;
  checkIdentity(resource, pod, { ...pod, metadata: { name, ...given } });
  const about = { group: '', plural: 'pods/binding' };
  if (pod.metadata.deletionTimestamp !== undefined)
    throw conflict(about, name, `pod ${name} is being deleted, cannot be assigned to a host`);
  const before = textAt(pod, 'spec', 'nodeName');
  if (before !== '') throw conflict(about, name, `pod ${name} is already assigned to node "${before}"`);
  const next = copy(pod);
  objectAt(next, 'spec').nodeName = textAt(binding, 'target', 'name');
  const options = { ...optionsOf(context, request, namespace, 'Update'), subresource: 'binding' };
  const bound = updateObject(context, pod, next, options);
  if (!options.dryRun && bound !== pod) markScheduled(context, request, timestamp(context.now()));
  return { status: 201, object: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } };
}

/** `pkg/apis/core/validation/validation.go ValidatePodBinding`, whose faults nobody makes a Status of. */
function checkTarget(target: Json): void {
  const kind = textAt(target, 'kind');
  const faults: string[] = [];
  if (kind !== '' && kind !== 'Node')
    faults.push(`target.kind: Unsupported value: ${JSON.stringify(kind)}: supported values: "Node", "<empty>"`);
  if (textAt(target, 'name') === '') faults.push('target.name: Required value');
  if (faults.length > 0) throw unforeseen(faults.length === 1 ? String(faults[0]) : `[${faults.join(', ')}]`);
}

function markScheduled(context: ServerContext, request: ApiRequest, time: string): void {
  const pod = lookUp(context, request.resource, request.namespace, request.name);
  if (!pod) return;
  const conditions = listAt(pod, 'status', 'conditions').filter((one) => isObject(one) && one.type !== 'PodScheduled');
  const scheduled = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: time };
  const status = { ...objectAt(pod, 'status'), conditions: [...conditions, scheduled] };
  context.store.put(request.resource.storage, { ...pod, status });
}
