import { formatSelector, type LabelSelector } from '../../../kubernetes/labels.ts';
import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { decodeBody, expectMediaType, readBody, readObject } from '../body.ts';
import { badRequest, conflict, invalid, modifiedMeanwhile, notFound } from '../errors.ts';
import { copy, isObject, type Json, numberAt, objectAt } from '../json.ts';
import { applyJsonPatch } from '../patches/json-patch.ts';
import { applyMergePatch } from '../patches/merge.ts';
import type { Answer, ApiRequest } from '../request.ts';
import type { Resource } from '../resources.ts';
import { lookUp, type ServerContext } from '../server-context.ts';
import { updateObject } from '../write.ts';
import { optionsOf } from '../write-options.ts';

/** GET, PUT and PATCH of `…/scale`, an `autoscaling/v1` Scale. */
export async function scale(context: ServerContext, request: ApiRequest): Promise<Answer> {
  const { resource, namespace, name, method } = request;
  const current = lookUp(context, resource, namespace, name);
  if (!current) throw notFound(resource, name);
  if (method === 'GET') return { status: 200, object: scaleOf(resource, current) };
  const wanted = await wantedScale(request, scaleOf(resource, current));
  const { resourceVersion, uid } = objectAt(wanted, 'metadata');
  if (resourceVersion && resourceVersion !== current.metadata.resourceVersion)
    throw conflict(resource, name, modifiedMeanwhile);
  if (uid && uid !== current.metadata.uid) throw conflict(resource, name, 'the UID in the precondition does not match');
  const replicas = numberAt(wanted, 'spec', 'replicas') ?? 0;
  if (!Number.isInteger(replicas) || replicas < 0)
    throw invalid({ group: 'autoscaling', kind: 'Scale' }, name, [
      {
        type: 'FieldValueInvalid',
        field: 'spec.replicas',
        message: `${replicas}: must be greater than or equal to 0`,
      },
    ]);
  const next = copy(current);
  setAt(next as unknown as Json, pathsOf(resource).spec, replicas);
  const options = { ...optionsOf(context, request, namespace, 'Update'), subresource: 'scale' };
  const stored = updateObject(context, current, next, options);
  return { status: 200, object: scaleOf(resource, stored) };
}

async function wantedScale(request: ApiRequest, present: Json): Promise<Json> {
  if (request.method === 'PUT') return readObject(request.incoming, request.contentType);
  const type = expectMediaType(request.contentType, [
    'application/merge-patch+json',
    'application/strategic-merge-patch+json',
    'application/json-patch+json',
    'application/apply-patch+yaml',
  ]);
  const body = decodeBody(await readBody(request.incoming), type);
  if (type === 'application/json-patch+json') return applyJsonPatch(present, body);
  if (!isObject(body)) throw badRequest('error decoding patch: an object is expected');
  const patched = applyMergePatch(present, body) as Json;
  const named = objectAt(body, 'metadata').resourceVersion;
  // Only a version that the client itself named is a precondition.
  return { ...patched, metadata: named ? { resourceVersion: named } : {} };
}

function scaleOf(resource: Resource, object: KubernetesObject): Json {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const paths = pathsOf(resource);
  const selector = valueAt(object, paths.selector);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: numberOr0(valueAt(object, paths.spec)) },
    status: {
      replicas: numberOr0(valueAt(object, paths.status)),
      ...(selector === undefined ? {} : { selector: selectorText(selector) }),
    },
  };
}

function selectorText(selector: unknown): string {
  return typeof selector === 'string' ? selector : formatSelector(selector as LabelSelector);
}

interface ScalePaths {
  spec: string[];
  status: string[];
  selector: string[];
}

function pathsOf({ custom, kind }: Resource): ScalePaths {
  const split = (path: string) => path.split('.').filter((part) => part !== '');
  if (custom?.scale)
    return {
      spec: split(custom.scale.specReplicasPath),
      status: split(custom.scale.statusReplicasPath),
      selector: split(custom.scale.labelSelectorPath ?? ''),
    };
  // A ReplicationController selects by a plain map; everybody else by a LabelSelector.
  return {
    spec: ['spec', 'replicas'],
    status: ['status', 'replicas'],
    selector: kind === 'ReplicationController' ? [] : ['spec', 'selector'],
  };
}

function valueAt(object: unknown, path: readonly string[]): unknown {
  if (path.length === 0) return undefined;
  return objectAt(object, ...path.slice(0, -1))[path.at(-1) ?? ''];
}

function setAt(object: Json, path: readonly string[], value: unknown): void {
  let target = object;
  for (const field of path.slice(0, -1)) {
    const below = target[field];
    target[field] = isObject(below) ? below : {};
    target = target[field] as Json;
  }
  target[path.at(-1) ?? ''] = value;
}

function numberOr0(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
