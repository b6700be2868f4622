import { messageOf } from '../../base/errors.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { type ApiClient, answered } from '../client.ts';
import type { Pod } from './pod.ts';

interface Waiting {
  goesOn(): boolean;
  /** Hears which PersistentVolume a claim is bound to. */
  bound(claim: string, volume: string): void;
  /** What is missing; said after a while, since the claim of a pod that was just scheduled is bound a moment later. */
  fault(message: string): void;
  pause(ms: number): Promise<void>;
}

/** Looks until the pod's volumes are there, less and less often. */
export async function waitForVolumes(client: ApiClient, pod: () => Pod, waiting: Waiting): Promise<void> {
  for (let attempt = 0; waiting.goesOn(); attempt += 1) {
    const missing = await missingVolume(client, pod(), waiting.bound).catch((error: unknown) => messageOf(error));
    if (!missing) return;
    if (attempt > 2 && waiting.goesOn()) waiting.fault(missing);
    await waiting.pause(500 * 2 ** Math.min(attempt, 4));
  }
}

/** Why the pod's volumes are not there yet, as the kubelet's FailedMount says it; undefined when all are. */
async function missingVolume(client: ApiClient, pod: Pod, bound: Waiting['bound']): Promise<string | undefined> {
  const base = `/api/v1/namespaces/${pod.metadata.namespace ?? 'default'}`;
  for (const { name, persistentVolumeClaim, ephemeral, configMap, secret, projected } of pod.spec.volumes ?? []) {
    const claim = ephemeral ? `${pod.metadata.name}-${name}` : persistentVolumeClaim?.claimName;
    if (claim !== undefined) {
      const fault = await claimFault(client, base, claim, bound);
      const about = `${pod.metadata.namespace}/${claim}`;
      const head = `Unable to attach or mount volumes: unmounted volumes=[${name}], unattached volumes=[], failed to process volumes=[${name}]`;
      if (fault) return `${head}: error processing PVC ${about}: ${fault}`;
    }
    const needed = [
      { kind: 'configmap', reference: configMap?.name ? { ...configMap, name: configMap.name } : undefined },
      { kind: 'secret', reference: secret?.secretName ? { ...secret, name: secret.secretName } : undefined },
      ...(projected?.sources ?? []).flatMap((source) => [
        { kind: 'configmap', reference: source.configMap },
        { kind: 'secret', reference: source.secret },
      ]),
    ];
    for (const { kind, reference } of needed) {
      // The cluster's certificate is published by a controller of its own and nothing here reads it.
      if (!reference || reference.optional || reference.name === 'kube-root-ca.crt') continue;
      if (!(await exists(client, `${base}/${kind}s/${reference.name}`)))
        return `MountVolume.SetUp failed for volume "${name}" : ${kind} "${reference.name}" not found`;
    }
  }
  return undefined;
}

async function claimFault(
  client: ApiClient,
  base: string,
  name: string,
  bound: Waiting['bound'],
): Promise<string | undefined> {
  try {
    const claim = await client.get<KubernetesObject & { spec?: { volumeName?: string }; status?: { phase?: string } }>(
      `${base}/persistentvolumeclaims/${name}`,
    );
    if (claim.status?.phase !== 'Bound') return 'PVC is not bound';
    bound(name, claim.spec?.volumeName ?? '');
    return undefined;
  } catch (error) {
    if (answered(error, 404)) return `failed to fetch PVC from API server: persistentvolumeclaims "${name}" not found`;
    throw error;
  }
}

async function exists(client: ApiClient, path: string): Promise<boolean> {
  try {
    await client.get(path);
    return true;
  } catch (error) {
    if (answered(error, 404)) return false;
    throw error;
  }
}
