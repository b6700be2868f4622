/** Where the kinds live that the controllers deal with. */
const groupPaths = {
  namespaces: '/api/v1',
  nodes: '/api/v1',
  pods: '/api/v1',
  services: '/api/v1',
  endpoints: '/api/v1',
  events: '/api/v1',
  serviceaccounts: '/api/v1',
  persistentvolumes: '/api/v1',
  persistentvolumeclaims: '/api/v1',
  resourcequotas: '/api/v1',
  configmaps: '/api/v1',
  deployments: '/apis/apps/v1',
  replicasets: '/apis/apps/v1',
  statefulsets: '/apis/apps/v1',
  daemonsets: '/apis/apps/v1',
  controllerrevisions: '/apis/apps/v1',
  jobs: '/apis/batch/v1',
  cronjobs: '/apis/batch/v1',
  endpointslices: '/apis/discovery.k8s.io/v1',
  horizontalpodautoscalers: '/apis/autoscaling/v2',
  poddisruptionbudgets: '/apis/policy/v1',
  storageclasses: '/apis/storage.k8s.io/v1',
  clusterroles: '/apis/rbac.authorization.k8s.io/v1',
  customresourcedefinitions: '/apis/apiextensions.k8s.io/v1',
} as const;

export type ResourceName = keyof typeof groupPaths;

/** The path of all objects of a resource, or of those in one namespace. */
export function collectionPath(resource: ResourceName, namespace?: string): string {
  const within = namespace === undefined ? '' : `/namespaces/${namespace}`;
  return `${groupPaths[resource]}${within}/${resource}`;
}

/** The path of one object, e.g. `…/namespaces/shop/pods/web-1/status`. */
export function objectPath(
  resource: ResourceName,
  { namespace, name }: { namespace?: string | undefined; name: string },
  subresource?: string,
): string {
  const path = `${collectionPath(resource, namespace)}/${name}`;
  return subresource ? `${path}/${subresource}` : path;
}
