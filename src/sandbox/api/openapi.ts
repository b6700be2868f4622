import { kubernetesVersion } from '../version.ts';
import { apiVersionOf, type Resource } from './resources.ts';
import type { ServerContext } from './server-context.ts';

/** `/openapi/v3`: which documents there are. */
export function openApiIndex({ registry }: ServerContext) {
  const versions = [...new Set(registry.all().map(pathOf))];
  return {
    paths: Object.fromEntries(versions.map((path) => [path, { serverRelativeURL: `/openapi/v3/${path}?hash=1` }])),
  };
}

/**
 * The document of a group version, as far as clients ask for it: which parameters a verb takes (kubectl looks for
 * `fieldValidation` at PATCH) and which kind a path speaks of. The fields of the kinds are not described.
 */
export function openApiDocument({ registry }: ServerContext, path: string): unknown {
  const resources = registry.all().filter((resource) => pathOf(resource) === path);
  if (resources.length === 0) return undefined;
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: kubernetesVersion },
    paths: Object.fromEntries(resources.flatMap(pathsOf)),
    components: {
      schemas: Object.fromEntries(resources.map((resource) => [schemaName(resource), schemaOf(resource)])),
    },
  };
}

/**
 * `/openapi/v2`, which kubectl reads before it applies a `v1 List`. It asks for protobuf and validates by the definitions it
 * finds: none, which is an empty message, leaves the validation to the server.
 */
export function openApiV2(accept: string): { type: string; body: string } {
  const protobuf = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
  if (/proto-openapi\.spec\.v2/.test(accept)) return { type: protobuf, body: '' };
  const info = { title: 'Kubernetes', version: kubernetesVersion };
  return { type: 'application/json', body: JSON.stringify({ swagger: '2.0', info, paths: {}, definitions: {} }) };
}

function pathOf(resource: Resource): string {
  return resource.group === '' ? 'api/v1' : `apis/${apiVersionOf(resource)}`;
}

function pathsOf(resource: Resource): [string, unknown][] {
  const base = `/${pathOf(resource)}${resource.namespaced ? '/namespaces/{namespace}' : ''}/${resource.plural}`;
  const operation = (verb: string, parameters: string[]) => ({
    'x-kubernetes-action': verb,
    'x-kubernetes-group-version-kind': kindOf(resource),
    parameters: parameters.map(queryParameter),
    responses: { 200: { description: 'OK' } },
  });
  const writing = ['dryRun', 'fieldManager', 'fieldValidation'];
  return [
    [base, { get: operation('list', ['limit', 'continue', 'watch']), post: operation('post', writing) }],
    [
      `${base}/{name}`,
      {
        get: operation('get', []),
        put: operation('put', writing),
        patch: operation('patch', [...writing, 'force']),
        delete: operation('delete', ['dryRun', 'gracePeriodSeconds', 'propagationPolicy']),
      },
    ],
  ];
}

function queryParameter(name: string) {
  return { in: 'query', name, schema: { type: 'string', uniqueItems: true } };
}

function kindOf({ group, version, kind }: Resource) {
  return { group, version, kind };
}

function schemaName({ group, version, kind }: Resource): string {
  const start = group === '' ? 'core' : group.replace(/\.k8s\.io$/, '');
  return `io.k8s.api.${start}.${version}.${kind}`;
}

function schemaOf(resource: Resource) {
  const schema = resource.custom?.schema ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return { ...schema, 'x-kubernetes-group-version-kind': [kindOf(resource)] };
}
