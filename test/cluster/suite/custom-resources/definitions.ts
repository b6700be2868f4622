import type { ClusterUnderTest } from '../../support/cluster.ts';

export const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

interface Version {
  name: string;
  served?: boolean;
  storage?: boolean;
  schema?: { openAPIV3Schema: unknown };
  [field: string]: unknown;
}

/** A definition of `PLURAL.GROUP`; its kind is the singular with a capital letter. */
export function definition(group: string, plural: string, versions: Version[], spec: object = {}) {
  const singular = plural.replace(/s$/, '');
  const kind = `${singular.charAt(0).toUpperCase()}${singular.slice(1)}`;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, singular, kind, listKind: `${kind}List` },
      versions: versions.map((version) => ({ served: true, storage: true, ...version })),
      ...spec,
    },
  };
}

export function objectSchema(properties: object, more: object = {}) {
  return { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties, ...more } } } };
}

/** Installs a definition and waits until its objects are served; returns their path in a namespace. */
export async function install(
  cluster: ClusterUnderTest,
  made: ReturnType<typeof definition>,
): Promise<(namespace: string, version?: string) => string> {
  const { group, names, versions } = made.spec;
  const answer = await cluster.post(definitions, made);
  if (answer.status !== 201) throw new Error(`no definition: ${answer.text}`);
  const path = (namespace: string, version = versions[0]?.name) =>
    `/apis/${group}/${version}/namespaces/${namespace}/${names.plural}`;
  for (const { name, served } of versions)
    if (served !== false) await cluster.until(path('default', name), ({ status }) => status === 200);
  return path;
}

export async function uninstall(cluster: ClusterUnderTest, name: string): Promise<void> {
  await cluster.remove(`${definitions}/${name}`);
  await cluster.until(`${definitions}/${name}`, ({ status }) => status === 404);
}
