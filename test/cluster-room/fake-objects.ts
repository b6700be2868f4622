import type { ServerResponse } from 'node:http';
import { meetsAll, parseSelector } from '../../src/kubernetes/labels.ts';
import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import { type FakeHandler, type FakeRequest, json, refuse, stream } from '../support/cluster.ts';

interface Watcher {
  path: string;
  fits: (object: KubernetesObject) => boolean;
  send: (line: unknown) => void;
}

const kinds: Record<string, { resource: string; namespaced: boolean }> = {
  'v1/Pod': { resource: 'pods', namespaced: true },
  'v1/Service': { resource: 'services', namespaced: true },
  'v1/Event': { resource: 'events', namespaced: true },
  'v1/Namespace': { resource: 'namespaces', namespaced: false },
  'v1/PersistentVolumeClaim': { resource: 'persistentvolumeclaims', namespaced: true },
  'apps/v1/Deployment': { resource: 'deployments', namespaced: true },
  'apps/v1/ReplicaSet': { resource: 'replicasets', namespaced: true },
  'autoscaling/v2/HorizontalPodAutoscaler': { resource: 'horizontalpodautoscalers', namespaced: true },
  'networking.k8s.io/v1/Ingress': { resource: 'ingresses', namespaced: true },
  'discovery.k8s.io/v1/EndpointSlice': { resource: 'endpointslices', namespaced: true },
  'storage.k8s.io/v1/StorageClass': { resource: 'storageclasses', namespaced: false },
};

/** A handler that holds objects: discovery, get, list, watch and delete, as far as these tests need them. */
export function createFakeObjects() {
  const objects = new Map<string, KubernetesObject>();
  const watchers = new Set<Watcher>();
  const history: { type: string; object: KubernetesObject }[] = [];
  let version = 100;

  function pathOf(object: KubernetesObject): string {
    const { resource, namespaced } = kinds[`${object.apiVersion}/${object.kind}`] ?? {
      resource: '?',
      namespaced: true,
    };
    const root = object.apiVersion.includes('/') ? `/apis/${object.apiVersion}` : `/api/${object.apiVersion}`;
    return `${root}${namespaced ? `/namespaces/${object.metadata.namespace ?? 'tars'}` : ''}/${resource}`;
  }

  function tell(type: string, object: KubernetesObject): void {
    history.push({ type, object });
    for (const watcher of watchers)
      if (watcher.path === pathOf(object) && watcher.fits(object)) watcher.send({ type, object });
  }

  function watch(request: FakeRequest, response: ServerResponse, fits: Watcher['fits']): true {
    const { send } = stream(response);
    const watcher = { path: request.path, fits, send };
    watchers.add(watcher);
    const since = Number(request.query.get('resourceVersion'));
    for (const { type, object } of history)
      if (Number(object.metadata.resourceVersion) > since && pathOf(object) === watcher.path && fits(object))
        send({ type, object });
    response.on('close', () => watchers.delete(watcher));
    return true;
  }

  const handler: FakeHandler = (request, response) => {
    if (request.path === '/api' || request.path === '/apis') return json(response, discovery(request.path === '/api'));
    if (request.method === 'DELETE') {
      const found = objects.get(request.path);
      if (!found) return refuse(response, 404, 'NotFound', 'not found');
      remove(found);
      return json(response, { kind: 'Status', status: 'Success' });
    }
    const one = objects.get(request.path);
    if (one) return json(response, one);
    const resource = request.path.split('/').at(-1) ?? '';
    if (!Object.values(kinds).some((kind) => kind.resource === resource))
      return refuse(response, 404, 'NotFound', 'not found');
    const fits = selection(request.query);
    if (request.query.get('watch')) return watch(request, response, fits);
    const items = [...objects.values()].filter((object) => pathOf(object) === request.path && fits(object));
    return json(response, { kind: 'List', metadata: { resourceVersion: String(version) }, items });
  };

  function remove(object: KubernetesObject): void {
    version += 1;
    objects.delete(`${pathOf(object)}/${object.metadata.name}`);
    tell('DELETED', { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } });
  }

  return {
    handler,
    set(object: KubernetesObject): void {
      version += 1;
      const key = `${pathOf(object)}/${object.metadata.name}`;
      const type = objects.has(key) ? 'MODIFIED' : 'ADDED';
      const stored = {
        ...object,
        metadata: { namespace: 'tars', ...object.metadata, resourceVersion: String(version) },
      };
      objects.set(key, stored);
      tell(type, stored);
    },
    remove,
    watching: () => watchers.size,
  };
}

function selection(query: URLSearchParams): (object: KubernetesObject) => boolean {
  const labels = parseSelector(query.get('labelSelector') ?? '');
  const name = /metadata\.name=([^,]+)/.exec(query.get('fieldSelector') ?? '')?.[1];
  return ({ metadata }) => (name === undefined || metadata.name === name) && meetsAll(labels, metadata.labels);
}

function discovery(core: boolean): unknown {
  const entries = Object.entries(kinds).map(([key, kind]) => {
    const parts = key.split('/');
    const group = parts.length === 3 ? (parts[0] ?? '') : '';
    return { group, version: parts.at(-2) ?? '', kind: parts.at(-1) ?? '', ...kind };
  });
  const groups = new Map<string, typeof entries>();
  for (const entry of entries.filter(({ group }) => (group === '') === core))
    groups.set(entry.group, [...(groups.get(entry.group) ?? []), entry]);
  const items = [...groups].map(([name, own]) => ({
    metadata: name === '' ? {} : { name },
    versions: [
      {
        version: own[0]?.version,
        resources: own.map(({ resource, kind, namespaced }) => ({
          resource,
          responseKind: { kind },
          scope: namespaced ? 'Namespaced' : 'Cluster',
          verbs: ['get', 'list', 'watch'],
        })),
      },
    ],
  }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', items };
}
