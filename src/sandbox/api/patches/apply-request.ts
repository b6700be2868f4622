import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { fromVersion, toVersion } from '../conversion.ts';
import { badRequest, conflict, notFound } from '../errors.ts';
import { isObject, type Json, textAt } from '../json.ts';
import { mergeTypeOf } from '../managed/merge-type.ts';
import { resetFields } from '../managed/written.ts';
import { presentationOf } from '../presentation.ts';
import { type Answer, type ApiRequest, flagOf } from '../request.ts';
import { apiVersionOf, type Resource } from '../resources.ts';
import { asObject, checkNamespace } from '../sent-object.ts';
import { lookUp, type ServerContext } from '../server-context.ts';
import { createObject, updateObject } from '../write.ts';
import { optionsOf } from '../write-options.ts';
import { applyConfiguration } from './apply.ts';

/**
 * PATCH with a configuration to be applied (`apiserver/pkg/endpoints/handlers/patch.go applyPatcher`): creates what is not there,
 * else changes what the manager owns. Throws 400 for what is no configuration of this object, 409 for a conflict.
 */
export function applyRequest(context: ServerContext, request: ApiRequest, body: unknown): Answer {
  const { resource, namespace, name, subresource } = request;
  const configuration = configurationOf(request, body);
  const live = lookUp(context, resource, namespace, name);
  if (!live && !isNamed(body))
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  if (!live && subresource !== '') throw notFound(resource, name);
  const { uid } = configuration.metadata;
  if (!live && uid)
    throw conflict(
      resource,
      name,
      `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
    );
  const options = optionsOf(context, request, namespace, 'Apply');
  const shown = live && toVersion(live, resource);
  const { object, managedFields } = applyConfiguration(shown, configuration, options.writer, {
    type: mergeTypeOf(resource),
    force: flagOf(request.query, 'force'),
    reset: resetFields(resource, subresource),
  });
  const read = asObject(resource, object as unknown as Json);
  const next = fromVersion(read, resource);
  if (live) {
    const stored = updateObject(context, live, next, { ...options, patches: true }, managedFields);
    return { status: 200, object: presentationOf(request).one(stored) };
  }
  delete next.metadata.resourceVersion;
  const created = createObject(context, next, options, managedFields);
  return { status: 201, object: presentationOf(request).one(created) };
}

/** What was sent, as an object with the name of the URL. */
function configurationOf({ resource, namespace, name }: ApiRequest, body: unknown): KubernetesObject {
  if (!isObject(body)) throw badRequest(`error decoding YAML: ${notAMap(body)}`);
  checkType(resource, body);
  const given = isObject(body.metadata) ? body.metadata : {};
  const object = { ...body, metadata: { ...given, name: given.name || name } } as unknown as KubernetesObject;
  checkNamespace(object, namespace);
  if (object.metadata.name !== name)
    throw badRequest(`the name of the object (${object.metadata.name}) does not match the name on the URL (${name})`);
  if (given.managedFields !== undefined && given.managedFields !== null)
    throw badRequest('metadata.managedFields must be nil');
  return object;
}

function isNamed(body: unknown): boolean {
  return textAt(body, 'metadata', 'name') !== '';
}

function notAMap(body: unknown): string {
  const found = Array.isArray(body)
    ? 'array'
    : body === null
      ? 'null'
      : typeof body === 'boolean'
        ? 'bool'
        : typeof body;
  return `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${found} into Go value of type map[string]interface {}`;
}

function checkType(resource: Resource, { apiVersion = '', kind = '' }: Json): void {
  if (apiVersion === apiVersionOf(resource) && kind === resource.kind) return;
  const [version = '', group = ''] = String(apiVersion).split('/').reverse();
  throw badRequest(`invalid object type: ${group}/${version}, Kind=${String(kind)}`);
}
