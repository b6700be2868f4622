import { decodeBody, expectMediaType, readBody } from './body.ts';
import { fromVersion, toVersion } from './conversion.ts';
import { badRequest, conflict, modifiedMeanwhile, notFound } from './errors.ts';
import { copy, isObject, type Json } from './json.ts';
import { applyConfiguration } from './patches/apply.ts';
import { applyJsonPatch } from './patches/json-patch.ts';
import { listRulesOf } from './patches/list-rules.ts';
import { applyMergePatch } from './patches/merge.ts';
import { applyStrategicMerge } from './patches/strategic.ts';
import { presentationOf } from './presentation.ts';
import { type Answer, type ApiRequest, flagOf } from './request.ts';
import type { Resource } from './resources.ts';
import { asObject, checkNamespace } from './sent-object.ts';
import { lookUp, type ServerContext } from './server-context.ts';
import { createObject, updateObject } from './write.ts';
import { checkOptions, optionsOf } from './write-options.ts';

const patchTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
  applyJson: 'application/apply-patch+json',
} as const;

/** PATCH in all its kinds. */
export async function patch(context: ServerContext, request: ApiRequest): Promise<Answer> {
  const { resource, namespace, name } = request;
  const type = expectMediaType(request.contentType, allowedPatches(resource));
  const body = decodeBody(await readBody(request.incoming), type);
  checkOptions('PatchOptions', request.query, type === patchTypes.apply || type === patchTypes.applyJson);
  if (type === patchTypes.apply || type === patchTypes.applyJson) return apply(context, request, body);
  const current = lookUp(context, resource, namespace, name);
  if (!current) throw notFound(resource, name);
  const seen = toVersion(current, resource) as unknown as Json;
  const patched = asObject(resource, patchedBy(type, request, seen, body), { request, known: seen, patch: body });
  if (resource.namespaced) checkNamespace(patched, namespace);
  const options = { ...optionsOf(context, request, namespace, 'Update'), patches: true };
  const stored = updateObject(context, current, fromVersion(patched, resource), options);
  return { status: 200, object: presentationOf(request).one(stored) };
}

function allowedPatches(resource: Resource): string[] {
  const { strategic, ...others } = patchTypes;
  // Nobody knows the merge keys of a custom resource, so there is no strategic merge for it.
  return resource.custom ? Object.values(others) : [...Object.values(others), strategic];
}

function patchedBy(type: string, { resource, subresource }: ApiRequest, target: Json, body: unknown): Json {
  if (type === patchTypes.json) return applyJsonPatch(target, body);
  if (!isObject(body)) throw badRequest('error decoding patch: an object is expected');
  const merged =
    type === patchTypes.merge
      ? (applyMergePatch(target, body) as Json)
      : applyStrategicMerge(target, body, listRulesOf(resource));
  // Defaults are written into everything but a status.
  return subresource === 'status' ? merged : copy(merged);
}

function apply(context: ServerContext, request: ApiRequest, body: unknown): Answer {
  const { resource, namespace, name, query } = request;
  if (!isObject(body)) throw badRequest('error decoding YAML: an object is expected');
  if (!body.apiVersion || !body.kind)
    throw badRequest('invalid object type: apiVersion and kind are required for apply');
  const sent = asObject(resource, body);
  if (sent.metadata.managedFields !== undefined) throw badRequest('metadata.managedFields must be nil');
  sent.metadata.name ||= name;
  checkNamespace(sent, namespace);
  if (sent.metadata.name !== name)
    throw badRequest(`the name of the object (${sent.metadata.name}) does not match the name on the URL (${name})`);
  const live = lookUp(context, resource, namespace, name);
  const { resourceVersion } = sent.metadata;
  if (resourceVersion && resourceVersion !== live?.metadata.resourceVersion)
    throw live ? conflict(resource, name, modifiedMeanwhile) : notFound(resource, name);
  if (!live && request.subresource !== '') throw notFound(resource, name);
  const options = optionsOf(context, request, namespace, 'Apply');
  const { writer } = options;
  const configuration = fromVersion(sent, resource);
  const force = flagOf(query, 'force');
  const applied = applyConfiguration(live, configuration, writer, { rules: listRulesOf(resource), force });
  const object = copy(applied.object);
  if (!live) {
    delete object.metadata.resourceVersion;
    const created = createObject(context, object, options, applied.managedFields);
    return { status: 201, object: presentationOf(request).one(created) };
  }
  const stored = updateObject(context, live, object, options, applied.managedFields);
  return { status: 200, object: presentationOf(request).one(stored) };
}
