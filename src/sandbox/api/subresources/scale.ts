import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { decodeBody, expectMediaType, readBody, readObject } from '../body.ts';
import { badRequest, conflict, invalid, modifiedMeanwhile, notFound } from '../errors.ts';
import { copy, isObject, type Json, numberAt } from '../json.ts';
import { afterUpdate, entriesOf, type ManagedEntry, type Writer } from '../managed/managers.ts';
import { mergeTypeOf } from '../managed/merge-type.ts';
import { entriesOfScaled, scaleEntries } from '../managed/scale-entries.ts';
import { applyConfiguration } from '../patches/apply.ts';
import { applyJsonPatch } from '../patches/json-patch.ts';
import { applyMergePatch } from '../patches/merge.ts';
import { applyStrategicMerge } from '../patches/strategic.ts';
import { type Answer, type ApiRequest, flagOf } from '../request.ts';
import { apiVersionOf, type Resource } from '../resources.ts';
import { asObject, checkNamespace } from '../sent-object.ts';
import { lookUp, type ServerContext } from '../server-context.ts';
import { notNegative } from '../validation/faults.ts';
import { updateObject } from '../write.ts';
import { optionsOf } from '../write-options.ts';
import { scaleKind, scaleOf, scalePathsOf, withReplicas } from './scale-object.ts';

const scaleResource: Resource = {
  ...scaleKind,
  plural: 'scales',
  singular: 'scale',
  shortNames: [],
  namespaced: true,
  categories: [],
  subresources: [],
  storage: 'autoscaling/scales',
  storedAs: 'autoscaling/v1',
  createOnly: false,
};

/** GET, PUT and PATCH of `…/scale`, an `autoscaling/v1` Scale (`pkg/registry/apps/deployment/storage/storage.go ScaleREST`). */
export async function scale(context: ServerContext, request: ApiRequest): Promise<Answer> {
  const { resource, namespace, name, method } = request;
  const found = lookUp(context, resource, namespace, name);
  if (method === 'GET') {
    if (!found) throw notFound(resource, name);
    return { status: 200, object: scaleOf(resource, found) };
  }
  const read = await reader(request);
  const current = lookUp(context, resource, namespace, name);
  if (!current) throw notFound(resource, name);
  const options = optionsOf(context, request, namespace, read.applies ? 'Apply' : 'Update');
  const present = managedScale(resource, current);
  const wanted = read.wanted(present, options.writer);
  check(request, current, wanted.scale);
  const replicas = numberAt(wanted.scale, 'spec', 'replicas') ?? 0;
  const next = copy(withReplicas(resource, current, replicas));
  const { spec } = scalePathsOf(resource);
  const entries = entriesOfScaled(entriesOf(current), wanted.entries, apiVersionOf(resource), spec);
  const stored = updateObject(context, current, next, { ...options, subresource: 'scale' }, entries);
  return { status: 200, object: scaleOf(resource, stored) };
}

/** The Scale with its managers, as patches are laid over it. */
function managedScale(resource: Resource, object: KubernetesObject): KubernetesObject {
  const present = scaleOf(resource, object);
  const managedFields = scaleEntries(entriesOf(object), scalePathsOf(resource).spec);
  return { ...present, metadata: { ...present.metadata, managedFields } };
}

interface Wanted {
  scale: KubernetesObject;
  entries: ManagedEntry[];
}

interface Reader {
  applies: boolean;
  wanted(present: KubernetesObject, writer: Writer): Wanted;
}

const patchTypes = ['json-patch+json', 'merge-patch+json', 'strategic-merge-patch+json', 'apply-patch+yaml'].map(
  (type) => `application/${type}`,
);

async function reader(request: ApiRequest): Promise<Reader> {
  if (request.method === 'PUT') {
    const sent = await readObject(request.incoming, request.contentType);
    return updating(() => sent);
  }
  const allowed = request.resource.custom ? patchTypes.filter((type) => !type.includes('strategic')) : patchTypes;
  const type = expectMediaType(request.contentType, allowed);
  const body = decodeBody(await readBody(request.incoming), type);
  if (type.includes('json-patch')) return updating((present) => applyJsonPatch(present, body));
  if (!isObject(body)) throw badRequest('error decoding patch: an object is expected');
  if (type.includes('apply')) return applying(request, body);
  if (type.includes('strategic'))
    return updating((present) => applyStrategicMerge(present, body, mergeTypeOf(scaleKind)));
  return updating((present) => applyMergePatch(present, body) as Json);
}

function updating(change: (present: Json) => Json): Reader {
  return {
    applies: false,
    wanted(present, writer) {
      const scale = asObject(scaleResource, change(present as unknown as Json));
      const known = { ...scale, metadata: { ...scale.metadata, managedFields: present.metadata.managedFields ?? [] } };
      return { scale, entries: afterUpdate(present, known, writer, mergeTypeOf(scaleKind), ['status']) };
    },
  };
}

function applying(request: ApiRequest, body: Json): Reader {
  const given = isObject(body.metadata) ? body.metadata : {};
  const configuration = { ...body, metadata: { name: request.name, ...given } } as unknown as KubernetesObject;
  if (body.apiVersion !== 'autoscaling/v1' || body.kind !== 'Scale')
    throw badRequest(`invalid object type: ${String(body.apiVersion)}, Kind=${String(body.kind)}`);
  return {
    applies: true,
    wanted(present, writer) {
      const options = { type: mergeTypeOf(scaleKind), force: flagOf(request.query, 'force'), reset: ['status'] };
      const { object, managedFields } = applyConfiguration(present, configuration, writer, options);
      return { scale: object, entries: managedFields };
    },
  };
}

/** Throws 400, 409 and 422 for a Scale that is of another object, of another state of it, or no number. */
function check({ resource, namespace, name }: ApiRequest, current: KubernetesObject, wanted: KubernetesObject): void {
  const { resourceVersion, uid } = wanted.metadata;
  checkNamespace(wanted, namespace);
  if (wanted.metadata.name && wanted.metadata.name !== name)
    throw badRequest(`the name of the object (${wanted.metadata.name}) does not match the name on the URL (${name})`);
  if (resourceVersion && resourceVersion !== current.metadata.resourceVersion)
    throw conflict(resource, name, modifiedMeanwhile);
  if (uid && uid !== current.metadata.uid)
    throw conflict(
      resource,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid}`,
    );
  // What a custom resource may have is said by its own schema.
  const faults = resource.custom ? [] : notNegative(numberAt(wanted, 'spec', 'replicas'), 'spec.replicas');
  if (faults.length > 0) throw invalid(scaleKind, name, faults);
}
