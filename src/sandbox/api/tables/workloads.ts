import { humanDuration } from '../../../kubernetes/human-duration.ts';
import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { isObject, listAt, numberAt, objectAt, textAt } from '../json.ts';
import { ageColumn, ageOf, column, count, nameColumn, text, wide, workloadColumns } from './columns.ts';

const replicas = (object: KubernetesObject) => numberAt(object, 'spec', 'replicas') ?? 0;

export const deploymentColumns = [
  nameColumn,
  column('Ready', (object) => `${numberAt(object, 'status', 'readyReplicas') ?? 0}/${replicas(object)}`),
  count('Up-to-date', 'status', 'updatedReplicas'),
  count('Available', 'status', 'availableReplicas'),
  ageColumn,
  ...workloadColumns,
];

export const replicaSetColumns = [
  nameColumn,
  count('Desired', 'spec', 'replicas'),
  count('Current', 'status', 'replicas'),
  count('Ready', 'status', 'readyReplicas'),
  ageColumn,
  ...workloadColumns,
];

export const statefulSetColumns = [
  nameColumn,
  column('Ready', (object) => `${numberAt(object, 'status', 'readyReplicas') ?? 0}/${replicas(object)}`),
  ageColumn,
  ...workloadColumns.slice(0, 2),
];

export const daemonSetColumns = [
  nameColumn,
  count('Desired', 'status', 'desiredNumberScheduled'),
  count('Current', 'status', 'currentNumberScheduled'),
  count('Ready', 'status', 'numberReady'),
  count('Up-to-date', 'status', 'updatedNumberScheduled'),
  count('Available', 'status', 'numberAvailable'),
  column('Node Selector', (object) => {
    const pairs = Object.entries(objectAt(object, 'spec', 'template', 'spec', 'nodeSelector'));
    return pairs.length > 0 ? pairs.map(([key, value]) => `${key}=${String(value)}`).join(',') : '<none>';
  }),
  ageColumn,
  ...workloadColumns,
];

export const jobColumns = [
  nameColumn,
  column('Status', jobStatus),
  column('Completions', (job) => {
    const done = numberAt(job, 'status', 'succeeded') ?? 0;
    const wanted = numberAt(job, 'spec', 'completions');
    if (wanted !== undefined) return `${done}/${wanted}`;
    const parallel = numberAt(job, 'spec', 'parallelism') ?? 1;
    return parallel > 1 ? `${done}/1 of ${parallel}` : `${done}/1`;
  }),
  column('Duration', (job) => {
    const started = textAt(job, 'status', 'startTime');
    if (started === '') return '';
    const ended = textAt(job, 'status', 'completionTime');
    return ended === '' ? ageOf(started) : humanDuration(Date.parse(ended) - Date.parse(started));
  }),
  ageColumn,
  ...workloadColumns,
];

function jobStatus(job: KubernetesObject): string {
  const conditions = listAt(job, 'status', 'conditions').filter(isObject);
  const holds = (type: string) => conditions.some((one) => one.type === type && one.status === 'True');
  if (holds('Complete')) return 'Complete';
  if (holds('Failed')) return 'Failed';
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating';
  if (holds('Suspended')) return 'Suspended';
  return holds('FailureTarget') ? 'FailureTarget' : 'Running';
}

export const cronJobColumns = [
  nameColumn,
  text('Schedule', 'spec', 'schedule'),
  column('Timezone', (object) => textAt(object, 'spec', 'timeZone') || '<none>'),
  column('Suspend', (object) => (objectAt(object, 'spec').suspend === true ? 'True' : 'False')),
  column('Active', (object) => listAt(object, 'status', 'active').length, { type: 'integer' }),
  column('Last Schedule', (object) => {
    const last = textAt(object, 'status', 'lastScheduleTime');
    return last === '' ? '<none>' : ageOf(last);
  }),
  ageColumn,
  wide('Containers', (object) =>
    listAt(object, 'spec', 'jobTemplate', 'spec', 'template', 'spec', 'containers')
      .map((one) => textAt(one, 'name'))
      .join(','),
  ),
];

export const autoscalerColumns = [
  nameColumn,
  column('Reference', (object) => {
    const target = objectAt(object, 'spec', 'scaleTargetRef');
    return `${textAt(target, 'kind')}/${textAt(target, 'name')}`;
  }),
  column('Targets', autoscalerTargets),
  column('MinPods', (object) => String(numberAt(object, 'spec', 'minReplicas') ?? '<unset>')),
  count('MaxPods', 'spec', 'maxReplicas'),
  count('Replicas', 'status', 'currentReplicas'),
  ageColumn,
];

/** `cpu: 83%/70%`, as `formatHPAMetrics` writes it. */
function autoscalerTargets(object: KubernetesObject): string {
  const current = listAt(object, 'status', 'currentMetrics').filter(isObject);
  const shown = listAt(object, 'spec', 'metrics')
    .filter(isObject)
    .map((metric, index) => {
      const source = objectAt(metric, metric.type === 'ContainerResource' ? 'containerResource' : 'resource');
      const name = textAt(source, 'name');
      const at = current[index];
      const value = objectAt(at, metric.type === 'ContainerResource' ? 'containerResource' : 'resource', 'current');
      const target = objectAt(source, 'target');
      if (name === '') return `<unknown>/${textAt(metric, 'type')}`;
      if (target.averageUtilization !== undefined) {
        const used = value.averageUtilization === undefined ? '<unknown>' : `${String(value.averageUtilization)}%`;
        return `${name}: ${used}/${String(target.averageUtilization)}%`;
      }
      return `${name}: ${String(value.averageValue ?? '<unknown>')}/${String(target.averageValue ?? '<auto>')}`;
    });
  if (shown.length === 0) return '<none>';
  return shown.length > 2 ? `${shown.slice(0, 2).join(', ')} + ${shown.length - 2} more...` : shown.join(', ');
}

export const budgetColumns = [
  nameColumn,
  column('Min Available', (object) => String(objectAt(object, 'spec').minAvailable ?? 'N/A')),
  column('Max Unavailable', (object) => String(objectAt(object, 'spec').maxUnavailable ?? 'N/A')),
  count('Allowed Disruptions', 'status', 'disruptionsAllowed'),
  ageColumn,
];
