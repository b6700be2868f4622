import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { Http } from './http.ts';

export interface KindObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
  [field: string]: unknown;
}

/** The objects of `fixtures/every-kind.yaml`; `own` takes the place of `suite` in names outside of namespaces. */
export function everyKind(namespace: string, own: string): KindObject[] {
  const text = readFileSync(new URL('../fixtures/every-kind.yaml', import.meta.url), 'utf8');
  const named = text.replaceAll('suite', own).replaceAll('NAMESPACE', namespace);
  return parseAllDocuments(named).map((document) => document.toJS() as KindObject);
}

/** Where objects of a kind lie, by what discovery says. */
export async function pathsByKind(http: Http): Promise<(object: KindObject, namespace: string) => string> {
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  const found = new Map<string, { plural: string; namespaced: boolean }>();
  for (const root of ['/api', '/apis']) {
    const { body } = await http.get(root, { headers: { accept } });
    // A group that does not answer at the moment is listed as stale, without resources.
    for (const { metadata, versions } of body.items)
      for (const { version, resources } of versions)
        for (const { resource, responseKind, scope } of resources ?? []) {
          const group = metadata.name === undefined ? version : `${metadata.name}/${version}`;
          found.set(`${group} ${responseKind.kind}`, { plural: resource, namespaced: scope === 'Namespaced' });
        }
  }
  return ({ apiVersion, kind }, namespace) => {
    const resource = found.get(`${apiVersion} ${kind}`);
    if (!resource) throw new Error(`${apiVersion} ${kind} is not served`);
    const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
    return `${root}${resource.namespaced ? `/namespaces/${namespace}` : ''}/${resource.plural}`;
  };
}

/** Creates them all; gives the path of each. What is not in the namespace is deleted by `remove`. */
export async function createEveryKind(cluster: Http, namespace: string, own: string) {
  const pathOf = await pathsByKind(cluster);
  const objects = everyKind(namespace, own);
  const made: { object: KindObject; collection: string; path: string }[] = [];
  const remove = async () => {
    for (const { path } of made) if (!path.includes('/namespaces/')) await cluster.remove(path);
    const pod = `/api/v1/namespaces/${namespace}/pods/one`;
    await cluster.patch(pod, { metadata: { finalizers: null } }, 'merge-patch+json');
  };
  for (const object of objects) {
    const collection = pathOf(object, namespace);
    const { status, text } = await cluster.post(collection, object);
    if (status !== 201) {
      await remove();
      throw new Error(`no ${object.kind}: ${text}`);
    }
    made.push({ object, collection, path: `${collection}/${object.metadata.name}` });
  }
  return { made, remove };
}
