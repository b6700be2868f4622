import { isObject, listAt, objectAt } from '../json.ts';
import type { AdmissionRequest } from './admission-request.ts';

const taints = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/** Pods stay five minutes on a node that fails, unless they say otherwise (`plugin/pkg/admission/defaulttolerationseconds`). */
export function tolerateShortly({ object }: AdmissionRequest): void {
  const spec = objectAt(object, 'spec');
  const tolerations = listAt(spec, 'tolerations').filter(isObject);
  const missing = taints.filter(
    (taint) =>
      !tolerations.some(({ key, effect }) => (key || taint) === taint && (effect || 'NoExecute') === 'NoExecute'),
  );
  if (missing.length === 0) return;
  const added = missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }));
  spec.tolerations = [...tolerations, ...added];
}
