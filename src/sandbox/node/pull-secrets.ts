import { answered } from '../client.ts';
import type { Host } from './host.ts';
import type { Pod } from './pod.ts';

/** The names of a pod's pull secrets that are not there; none where that cannot be told. */
export async function missingPullSecrets({ client }: Host, { metadata, spec }: Pod): Promise<string[]> {
  const names = (spec.imagePullSecrets ?? []).map(({ name }) => name);
  const base = `/api/v1/namespaces/${metadata.namespace ?? 'default'}/secrets`;
  const isMissing = (name: string) =>
    client.get(`${base}/${name}`).then(
      () => false,
      (error) => answered(error, 404),
    );
  const missing = await Promise.all(names.map(isMissing));
  return names.filter((_, index) => missing[index]);
}

/** As the kubelet warns of them (`pkg/kubelet/kubelet_pods.go getPullSecretsForPod`). */
export function pullSecretsWarning(names: readonly string[]): string {
  return `Unable to retrieve some image pull secrets (${names.join(', ')}); attempting to pull the image may not succeed.`;
}
