import { openApiText } from '../data/documents.ts';
import { isObject, type Json, objectAt } from './json.ts';
import type { Resource } from './resources.ts';

/** Kinds of Kubernetes' own with the same verbs, whose paths a custom resource's are like. */
const models = {
  namespaced: {
    path: 'apis/policy/v1',
    plural: 'poddisruptionbudgets',
    kind: 'PodDisruptionBudget',
    title: 'PolicyV1',
  },
  cluster: {
    path: 'apis/apiregistration.k8s.io/v1',
    plural: 'apiservices',
    kind: 'APIService',
    title: 'ApiregistrationV1',
  },
  scale: { path: 'apis/apps/v1', plural: 'deployments', kind: 'Deployment', title: 'AppsV1' },
} as const;

/**
 * The OpenAPI document of the custom resources in one version of a group, as
 * `apiextensions-apiserver/pkg/controller/openapi/builder` makes it of their definitions.
 */
export function customDocument(resources: readonly Resource[]): Json {
  const paths: Json = {};
  const schemas: Json = {};
  const known: Json = {};
  for (const resource of resources) {
    for (const [path, operations] of pathsOf(resource, known)) paths[path] = operations;
    schemas[nameOf(resource)] = kindSchema(resource);
    schemas[`${nameOf(resource)}List`] = listSchema(resource, known);
  }
  for (const name of referred({ paths, schemas }, known)) schemas[name] = known[name];
  const info = { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' };
  return { openapi: '3.0.0', info, paths, components: { schemas } };
}

/** `com.example.v1.Widget` for the group `example.com`. */
function nameOf({ group, version, kind }: Resource): string {
  return `${group.split('.').reverse().join('.')}.${version}.${kind}`;
}

function readModel(path: string, known: Json): Json {
  const document = JSON.parse(openApiText(path)?.text.toString() ?? '{}') as Json;
  Object.assign(known, objectAt(document, 'components', 'schemas'));
  return objectAt(document, 'paths');
}

function pathsOf(resource: Resource, known: Json): [string, unknown][] {
  const model = resource.namespaced ? models.namespaced : models.cluster;
  const base = (path: string, plural: string) =>
    `/${path}${resource.namespaced ? '/namespaces/{namespace}' : ''}/${plural}`;
  const own = `apis/${resource.group}/${resource.version}`;
  const paths = readModel(model.path, known);
  const like = (suffix: string) => adapted(paths[base(model.path, model.plural) + suffix], model, resource);
  const found: [string, unknown][] = ['', '/{name}'].map((suffix) => [
    base(own, resource.plural) + suffix,
    like(suffix),
  ]);
  if (resource.subresources.includes('status'))
    found.push([`${base(own, resource.plural)}/{name}/status`, like('/{name}/status')]);
  if (resource.subresources.includes('scale')) {
    const scales = readModel(models.scale.path, known)[
      `/${models.scale.path}/namespaces/{namespace}/deployments/{name}/scale`
    ];
    found.push([`${base(own, resource.plural)}/{name}/scale`, adapted(scales, models.scale, resource)]);
  }
  if (resource.namespaced)
    found.push([`/${own}/${resource.plural}`, adapted(paths[`/${model.path}/${model.plural}`], model, resource)]);
  return found;
}

/** Another kind's operations in this one's words, with the media types that custom resources have. */
function adapted(
  operations: unknown,
  model: { path: string; kind: string; title: string },
  resource: Resource,
): unknown {
  const { group, version, kind } = resource;
  const [, modelGroup = '', modelVersion = ''] = model.path.split('/');
  const words = group
    .split('.')
    .map((word) => word.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase()));
  const title = `${words.join('')}${version.replace(/^./, (letter) => letter.toUpperCase())}`;
  const rename = (text: string): string => {
    if (text.startsWith('#/components/schemas/'))
      return text.replace(/[^/]+$/, (name) => referredName(name, model.kind, resource));
    return text.replaceAll(model.title, title).replaceAll(model.kind, kind).replace('list or watch', 'list');
  };
  const walk = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return rename(value);
    if (Array.isArray(value))
      return key === 'tags'
        ? [`${title.replace(/^./, (letter) => letter.toLowerCase()).slice(0, -version.length)}_${version}`]
        : value.map((one) => walk(one, ''));
    if (!isObject(value)) return value;
    if (key === 'x-kubernetes-group-version-kind' && value.group === modelGroup && value.version === modelVersion)
      return { group, version, kind };
    const entries = key === 'content' ? mediaTypes(value) : Object.entries(value);
    return Object.fromEntries(entries.map(([name, below]) => [name, walk(below, name)]));
  };
  return walk(operations, '');
}

function referredName(name: string, kind: string, resource: Resource): string {
  if (name.endsWith(`.${kind}`)) return nameOf(resource);
  return name.endsWith(`.${kind}List`) ? `${nameOf(resource)}List` : name;
}

/** No protobuf, no strategic merge; what may be of any type is JSON or YAML. */
function mediaTypes(content: Json): [string, unknown][] {
  const any = content['*/*'];
  if (any !== undefined) return ['application/json', 'application/yaml'].map((type) => [type, any]);
  return Object.entries(content).filter(([type]) => !/protobuf|cbor|stream=watch|strategic/.test(type));
}

const objectMeta = '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

function kindSchema({ group, version, kind, custom }: Resource): Json {
  const written: Json = custom?.schema ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const about = { 'x-kubernetes-group-version-kind': [{ group, kind, version }] };
  if (written['x-kubernetes-preserve-unknown-fields'] === true && !isObject(written.properties))
    return { ...written, ...about };
  const properties = {
    ...objectAt(written, 'properties'),
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: { description: "Standard object's metadata.", allOf: [{ $ref: objectMeta }] },
  };
  return { ...written, properties, ...about };
}

function listSchema({ group, version, kind, ...resource }: Resource, known: Json): Json {
  const model = objectAt(known, `io.k8s.api.policy.v1.PodDisruptionBudgetList`, 'properties');
  const name = nameOf({ group, version, kind, ...resource });
  return {
    description: `${kind}List is a list of ${kind}`,
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: model.apiVersion ?? { type: 'string' },
      items: { type: 'array', items: { $ref: `#/components/schemas/${name}` } },
      kind: model.kind ?? { type: 'string' },
      metadata: { allOf: [{ $ref: objectMeta.replace('ObjectMeta', 'ListMeta') }] },
    },
    'x-kubernetes-group-version-kind': [{ group, kind: `${kind}List`, version }],
  };
}

/** The names of all definitions that are referred to, also by each other. */
function referred(value: unknown, known: Json, found = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const one of value) referred(one, known, found);
  if (!isObject(value)) return found;
  for (const [key, below] of Object.entries(value)) {
    const name = key === '$ref' && typeof below === 'string' ? below.slice(below.lastIndexOf('/') + 1) : '';
    if (known[name] !== undefined && !found.has(name)) {
      found.add(name);
      referred(known[name], known, found);
    }
    referred(below, known, found);
  }
  return found;
}
