import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { isObject, type Json, listAt, numberAt, objectAt, textAt } from '../json.ts';
import { type Cells, count } from './cells.ts';

export const autoscalerCells: Cells = {
  Reference: (object) => {
    const target = objectAt(object, 'spec', 'scaleTargetRef');
    return `${textAt(target, 'kind')}/${textAt(target, 'name')}`;
  },
  Targets: autoscalerTargets,
  MinPods: (object) => String(numberAt(object, 'spec', 'minReplicas') ?? '<unset>'),
  MaxPods: count('spec', 'maxReplicas'),
  Replicas: count('status', 'currentReplicas'),
};

/** `cpu: 83%/70%`, as `formatHPAMetrics` writes it: two metrics at most. */
function autoscalerTargets(object: KubernetesObject): string {
  const current = listAt(object, 'status', 'currentMetrics');
  const shown = listAt(object, 'spec', 'metrics')
    .filter(isObject)
    .map((metric, at) => targetText(metric, current[at]));
  if (shown.length === 0) return '<none>';
  return shown.length > 2 ? `${shown.slice(0, 2).join(', ')} + ${shown.length - 2} more...` : shown.join(', ');
}

const sources: Record<string, string> = {
  Resource: 'resource',
  ContainerResource: 'containerResource',
  Pods: 'pods',
  Object: 'object',
  External: 'external',
};

function targetText(metric: Json, status: unknown): string {
  const source = sources[textAt(metric, 'type')];
  if (source === undefined) return '<unknown type>';
  const target = objectAt(metric, source, 'target');
  const now = objectAt(status, source, 'current');
  const seen = (field: string, unit = '') => (now[field] === undefined ? '<unknown>' : `${String(now[field])}${unit}`);
  if (source === 'resource' || source === 'containerResource') {
    const name = textAt(metric, source, 'name');
    if (target.averageValue !== undefined) return `${name}: ${seen('averageValue')}/${String(target.averageValue)}`;
    const wanted = target.averageUtilization === undefined ? '<auto>' : `${String(target.averageUtilization)}%`;
    return `${name}: ${seen('averageUtilization', '%')}/${wanted}`;
  }
  if (source === 'pods') return `${seen('averageValue')}/${String(target.averageValue)}`;
  if (target.averageValue !== undefined) return `${seen('averageValue')}/${String(target.averageValue)} (avg)`;
  return `${seen('value')}/${String(target.value)}`;
}
