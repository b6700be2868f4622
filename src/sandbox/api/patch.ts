import { decodeBody, expectMediaType, readBody } from './body.ts';
import { fromVersion, toVersion } from './conversion.ts';
import { badRequest, notFound, StatusError } from './errors.ts';
import { copy, isObject, type Json } from './json.ts';
import { mergeTypeOf } from './managed/merge-type.ts';
import { applyRequest } from './patches/apply-request.ts';
import { applyJsonPatch } from './patches/json-patch.ts';
import { applyMergePatch } from './patches/merge.ts';
import { applyStrategicMerge } from './patches/strategic.ts';
import { presentationOf } from './presentation.ts';
import type { Answer, ApiRequest } from './request.ts';
import { asObject, checkNamespace } from './sent-object.ts';
import { lookUp, type ServerContext } from './server-context.ts';
import { updateObject } from './write.ts';
import { checkOptions, optionsOf } from './write-options.ts';

const patchTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

/** PATCH in all its kinds. */
export async function patch(context: ServerContext, request: ApiRequest): Promise<Answer> {
  const { resource, namespace, name } = request;
  const type = acceptedType(request);
  const body = decodeBody(await readBody(request.incoming), type);
  checkOptions('PatchOptions', request.query, type === patchTypes.apply);
  if (type === patchTypes.apply) return applyRequest(context, request, body);
  const current = lookUp(context, resource, namespace, name);
  if (!current) throw notFound(resource, name);
  const seen = toVersion(current, resource) as unknown as Json;
  const patched = asObject(resource, patchedBy(type, request, seen, body), { request, known: seen, patch: body });
  if (resource.namespaced) checkNamespace(patched, namespace);
  const options = { ...optionsOf(context, request, namespace, 'Update'), patches: true };
  const stored = updateObject(context, current, fromVersion(patched, resource), options);
  return { status: 200, object: presentationOf(request).one(stored) };
}

/** Of Kubernetes' own resources the router itself refuses other types, in words of its own. */
function acceptedType({ resource, contentType }: ApiRequest): string {
  const { strategic: _, ...others } = patchTypes;
  // Nobody knows the merge keys of a custom resource, so there is no strategic merge for it.
  if (resource.custom) return expectMediaType(contentType, Object.values(others));
  const type = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  if ((Object.values(patchTypes) as string[]).includes(type)) return type;
  throw new StatusError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
}

function patchedBy(type: string, { resource, subresource }: ApiRequest, target: Json, body: unknown): Json {
  if (type === patchTypes.json) return applyJsonPatch(target, body);
  if (!isObject(body)) throw notAMap(type, body);
  const merged =
    type === patchTypes.merge
      ? (applyMergePatch(target, body) as Json)
      : applyStrategicMerge(target, body, mergeTypeOf(resource));
  // Defaults are written into everything but a status.
  return subresource === 'status' ? merged : copy(merged);
}

function notAMap(type: string, body: unknown): StatusError {
  if (type === patchTypes.merge && body === null) return badRequest('Invalid JSON Patch');
  const found =
    body === null ? 'null' : Array.isArray(body) ? 'array' : typeof body === 'boolean' ? 'bool' : typeof body;
  const words = `json: cannot unmarshal ${found} into Go value of type map[string]interface {}`;
  return badRequest(type === patchTypes.merge ? `error decoding patch: ${words}` : words);
}
