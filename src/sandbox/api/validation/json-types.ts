import { badRequest, type StatusError } from '../errors.ts';
import { isObject, type Json } from '../json.ts';
import type { Resource } from '../resources.ts';

const metadataTexts = ['name', 'generateName', 'namespace', 'uid', 'resourceVersion'];

/** Lists of objects wherever they stand in a spec or a status of `api/core/v1/types.go` and its neighbours. */
const objectLists = new Set([
  'containers',
  'initContainers',
  'ephemeralContainers',
  'containerStatuses',
  'initContainerStatuses',
  'ephemeralContainerStatuses',
  'conditions',
  'currentMetrics',
  'env',
  'envFrom',
  'imagePullSecrets',
  'metrics',
  'paths',
  'ports',
  'rules',
  'taints',
  'tolerations',
  'volumeMounts',
  'volumes',
]);

/** Their keys are the user's. */
const freeMaps = new Set(['labels', 'annotations', 'matchLabels', 'nodeSelector', 'selector', 'limits', 'requests']);

/**
 * Refuses what a real server cannot decode into its types, as far as code here relies on them: metadata, spec and status, and the
 * lists of objects in them. Throws 400. What a custom resource holds is its own affair.
 */
export function checkTypes(resource: Resource, object: Json): void {
  const metadata = isObject(object.metadata) ? object.metadata : {};
  for (const field of metadataTexts) expect(resource, metadata[field], isText, 'string', ['metadata', field]);
  for (const field of ['labels', 'annotations'])
    expect(resource, metadata[field], isTextMap, 'map[string]string', ['metadata', field]);
  expect(resource, metadata.finalizers, isListOf(isText), '[]string', ['metadata', 'finalizers']);
  expect(resource, metadata.ownerReferences, isListOf(isObject), '[]OwnerReference', ['metadata', 'ownerReferences']);
  if (resource.custom || resource.kind === 'CustomResourceDefinition') return;
  for (const half of ['spec', 'status']) {
    expect(resource, object[half], isObject, `${resource.kind}${half === 'spec' ? 'Spec' : 'Status'}`, [half]);
    checkLists(resource, object[half], [half]);
  }
}

function checkLists(resource: Resource, value: unknown, path: readonly string[]): void {
  if (Array.isArray(value)) for (const item of value) checkLists(resource, item, path);
  if (!isObject(value)) return;
  for (const field of Object.keys(value)) {
    const below = value[field];
    if (typeof below !== 'object' && !objectLists.has(field)) continue;
    if (objectLists.has(field)) expect(resource, below, isListOf(isObject), '[]object', [...path, field]);
    if (!freeMaps.has(field)) checkLists(resource, below, [...path, field]);
  }
}

function expect(
  resource: Resource,
  value: unknown,
  fits: (value: unknown) => boolean,
  type: string,
  path: readonly string[],
): void {
  if (value !== undefined && value !== null && !fits(value)) throw refused(resource, value, type, path);
}

// The words of Go's encoding/json, as the API server passes them on.
function refused({ kind, version }: Resource, value: unknown, type: string, path: readonly string[]): StatusError {
  const found = Array.isArray(value) ? 'array' : typeof value;
  return badRequest(
    `${kind} in version "${version}" cannot be handled as a ${kind}: json: cannot unmarshal ${found} into Go struct field ${kind}.${path.join('.')} of type ${type}`,
  );
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isTextMap(value: unknown): boolean {
  return isObject(value) && Object.values(value).every((one) => isText(one) || one === null);
}

function isListOf(fits: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => Array.isArray(value) && value.every(fits);
}
