import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { kubectlTimeout, shellWord } from '../explain.ts';

const rolledOut = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);
/** Kinds with one condition that says that they are ready. */
const conditions: Record<string, string> = { Job: 'complete', Pod: 'ready', CustomResourceDefinition: 'established' };

/** What one would type to wait until an applied object is ready; nothing for kinds that are ready as soon as they are there. */
export function readyLines(
  { kind, metadata }: Pick<KubernetesObject, 'kind' | 'metadata'>,
  namespace: string,
  timeoutMs: number | undefined,
): string[] {
  const what = `${kind.toLowerCase()}/${metadata.name}`;
  const name = what.includes('<') ? shellWord(what) : what;
  const where = ` -n ${metadata.namespace ?? namespace}`;
  if (rolledOut.has(kind)) return [`kubectl rollout status ${name}${where}${kubectlTimeout(timeoutMs)}`];
  const condition = conditions[kind];
  if (condition === undefined) return [];
  const scope = kind === 'CustomResourceDefinition' ? '' : where;
  return [`kubectl wait --for=condition=${condition} ${name}${scope}${kubectlTimeout(timeoutMs)}`];
}
