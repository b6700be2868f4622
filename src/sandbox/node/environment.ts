import type { KubernetesObject } from '../../kubernetes/object.ts';
import { parseBytes, parseCpu } from '../../kubernetes/quantity.ts';
import { type ApiClient, answered } from '../client.ts';
import type { ContainerSpec, EnvironmentVariable, Pod } from './pod.ts';

/** Why a container cannot be created yet, in the kubelet's words; shown as CreateContainerConfigError. */
export class ConfigError extends Error {}

type Values = Record<string, string>;

/** Reads ConfigMaps and Secrets of one namespace, each once. */
function createReader(client: ApiClient, namespace: string) {
  const read = new Map<string, Promise<Values | undefined>>();
  const fetchValues = async (resource: 'configmaps' | 'secrets', name: string) => {
    try {
      const object = await client.get<KubernetesObject & { data?: Values }>(
        `/api/v1/namespaces/${namespace}/${resource}/${name}`,
      );
      const decode = (value: string) => (resource === 'secrets' ? Buffer.from(value, 'base64').toString() : value);
      return Object.fromEntries(Object.entries(object.data ?? {}).map(([key, value]) => [key, decode(value)]));
    } catch (error) {
      if (answered(error, 404)) return undefined;
      throw error;
    }
  };
  return (resource: 'configmaps' | 'secrets', name: string) => {
    const key = `${resource}/${name}`;
    const known = read.get(key) ?? fetchValues(resource, name);
    read.set(key, known);
    return known;
  };
}

/**
 * The environment of a container: `envFrom`, then `env` with `$(NAME)` put in, by `makeEnvironmentVariables` in
 * `pkg/kubelet/kubelet_pods.go`. Throws `ConfigError` for a ConfigMap, Secret or key that is not there.
 */
export async function resolveEnvironment(
  client: ApiClient,
  pod: Pod,
  container: ContainerSpec,
  facts: { podIP: string; hostIP: string },
): Promise<Values> {
  const namespace = pod.metadata.namespace ?? 'default';
  const read = createReader(client, namespace);
  const values: Values = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin', HOSTNAME: pod.metadata.name };
  for (const { prefix = '', configMapRef, secretRef } of container.envFrom ?? []) {
    const reference = configMapRef ?? secretRef;
    if (!reference) continue;
    const found = await read(configMapRef ? 'configmaps' : 'secrets', reference.name);
    if (!found && !reference.optional)
      throw new ConfigError(`${configMapRef ? 'configmap' : 'secret'} "${reference.name}" not found`);
    for (const [key, value] of Object.entries(found ?? {})) values[prefix + key] = value;
  }
  for (const variable of container.env ?? []) {
    const value = await valueFor(variable, values, { read, pod, container, namespace, ...facts });
    if (value !== undefined) values[variable.name] = value;
  }
  return values;
}

interface Sources {
  read: ReturnType<typeof createReader>;
  pod: Pod;
  container: ContainerSpec;
  namespace: string;
  podIP: string;
  hostIP: string;
}

async function valueFor(variable: EnvironmentVariable, values: Values, from: Sources): Promise<string | undefined> {
  const { configMapKeyRef, secretKeyRef, fieldRef, resourceFieldRef } = variable.valueFrom ?? {};
  const reference = configMapKeyRef ?? secretKeyRef;
  if (reference) {
    const found = await from.read(configMapKeyRef ? 'configmaps' : 'secrets', reference.name);
    if (found?.[reference.key] !== undefined) return found[reference.key];
    if (reference.optional) return undefined;
    if (!found) throw new ConfigError(`${configMapKeyRef ? 'configmap' : 'secret'} "${reference.name}" not found`);
    const where = `${configMapKeyRef ? 'ConfigMap' : 'Secret'} ${from.namespace}/${reference.name}`;
    throw new ConfigError(`couldn't find key ${reference.key} in ${where}`);
  }
  if (fieldRef) return fieldOf(fieldRef.fieldPath, from);
  if (resourceFieldRef) return resourceOf(resourceFieldRef.resource, from.container);
  return withVariables(variable.value ?? '', values);
}

/** `$(NAME)` put in where it is known, and `$$` as one dollar: in variables, commands and arguments alike. */
export function withVariables(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$\$|\$\(([\w.-]+)\)/g, (whole, name?: string) => {
    if (name === undefined) return '$';
    return values[name] ?? whole;
  });
}

/** What a `fieldRef` stands for. Throws `ConfigError`. */
export function fieldOf(path: string, { pod, podIP, hostIP }: Pick<Sources, 'pod' | 'podIP' | 'hostIP'>): string {
  if (path === 'metadata.labels' || path === 'metadata.annotations') {
    const values = pod.metadata[path === 'metadata.labels' ? 'labels' : 'annotations'] ?? {};
    return Object.entries(values)
      .map(([key, value]) => `${key}=${JSON.stringify(value)}\n`)
      .join('');
  }
  const labelled = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (labelled) return pod.metadata[labelled[1] as 'labels' | 'annotations']?.[labelled[2] ?? ''] ?? '';
  const fields: Record<string, string | undefined> = {
    'metadata.name': pod.metadata.name,
    'metadata.namespace': pod.metadata.namespace,
    'metadata.uid': pod.metadata.uid,
    'spec.nodeName': pod.spec.nodeName,
    'spec.serviceAccountName': pod.spec.serviceAccountName ?? 'default',
    'status.podIP': podIP,
    'status.podIPs': podIP,
    'status.hostIP': hostIP,
    'status.hostIPs': hostIP,
  };
  const value = fields[path];
  if (value === undefined) throw new ConfigError(`unsupported fieldPath: ${path}`);
  return value;
}

/** What a `resourceFieldRef` stands for, in whole cores or bytes. */
export function resourceOf(resource: string, container: ContainerSpec): string {
  const [list, name = ''] = resource.split('.');
  const quantity = container.resources?.[list as 'requests' | 'limits']?.[name] ?? '0';
  return String(name === 'cpu' ? Math.ceil(parseCpu(quantity)) : Math.ceil(parseBytes(quantity)));
}
