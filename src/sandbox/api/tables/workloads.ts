import { humanDuration } from '../../../kubernetes/human-duration.ts';
import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { isObject, listAt, numberAt, objectAt, textAt } from '../json.ts';
import { type Cells, containerCells, count, labelText, selectorText, size, text } from './cells.ts';
import { ageOf } from './columns.ts';

const ofReplicas = (object: KubernetesObject) =>
  `${numberAt(object, 'status', 'readyReplicas') ?? 0}/${numberAt(object, 'spec', 'replicas') ?? 0}`;

const containers = containerCells('spec', 'template');
const Selector = (object: KubernetesObject) => selectorText(objectAt(object, 'spec', 'selector'));

export const deploymentCells: Cells = {
  Ready: ofReplicas,
  'Up-to-date': count('status', 'updatedReplicas'),
  Available: count('status', 'availableReplicas'),
  ...containers,
  Selector: (object) => selectorText(objectAt(object, 'spec', 'selector'), ''),
};

export const replicaSetCells: Cells = {
  Desired: count('spec', 'replicas'),
  Current: count('status', 'replicas'),
  Ready: count('status', 'readyReplicas'),
  ...containers,
  Selector,
};

/** Its selector is a plain map. */
export const replicationControllerCells: Cells = {
  ...replicaSetCells,
  Selector: (object) => labelText(objectAt(object, 'spec', 'selector')),
};

export const statefulSetCells: Cells = { Ready: ofReplicas, ...containers };

export const daemonSetCells: Cells = {
  Desired: count('status', 'desiredNumberScheduled'),
  Current: count('status', 'currentNumberScheduled'),
  Ready: count('status', 'numberReady'),
  'Up-to-date': count('status', 'updatedNumberScheduled'),
  Available: count('status', 'numberAvailable'),
  'Node Selector': (object) => labelText(objectAt(object, 'spec', 'template', 'spec', 'nodeSelector')),
  ...containers,
  Selector,
};

export const revisionCells: Cells = {
  Controller: ({ metadata }) => {
    const owner = metadata.ownerReferences?.find((one) => one.controller);
    if (!owner) return '<none>';
    const group = owner.apiVersion.includes('/') ? `.${owner.apiVersion.split('/')[0]}` : '';
    return `${owner.kind.toLowerCase()}${group}/${owner.name}`;
  },
  Revision: count('revision'),
};

export const podTemplateCells: Cells = {
  ...containerCells('template'),
  'Pod Labels': (object) => labelText(objectAt(object, 'template', 'metadata', 'labels')),
};

export const jobCells: Cells = {
  Status: jobStatus,
  Completions: (job) => {
    const done = numberAt(job, 'status', 'succeeded') ?? 0;
    const wanted = numberAt(job, 'spec', 'completions');
    if (wanted !== undefined) return `${done}/${wanted}`;
    const parallel = numberAt(job, 'spec', 'parallelism') ?? 0;
    return parallel > 1 ? `${done}/1 of ${parallel}` : `${done}/1`;
  },
  Duration: (job) => {
    const started = textAt(job, 'status', 'startTime');
    if (started === '') return '';
    const ended = textAt(job, 'status', 'completionTime');
    return ended === '' ? ageOf(started) : humanDuration(Date.parse(ended) - Date.parse(started));
  },
  ...containers,
  Selector,
};

function jobStatus(job: KubernetesObject): string {
  const conditions = listAt(job, 'status', 'conditions').filter(isObject);
  const holds = (type: string) => conditions.some((one) => one.type === type && one.status === 'True');
  if (holds('Complete')) return 'Complete';
  if (holds('Failed')) return 'Failed';
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating';
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(holds) ?? 'Running';
}

export const cronJobCells: Cells = {
  Schedule: text('spec', 'schedule'),
  Timezone: (object) => textAt(object, 'spec', 'timeZone') || '<none>',
  Suspend: (object) => (objectAt(object, 'spec').suspend === true ? 'True' : 'False'),
  Active: size('status', 'active'),
  'Last Schedule': (object) => {
    const last = textAt(object, 'status', 'lastScheduleTime');
    return last === '' ? '<none>' : ageOf(last);
  },
  ...containerCells('spec', 'jobTemplate', 'spec', 'template'),
  Selector: (object) => selectorText(objectAt(object, 'spec', 'jobTemplate', 'spec', 'selector')),
};

export const budgetCells: Cells = {
  'Min Available': (object) => String(objectAt(object, 'spec').minAvailable ?? 'N/A'),
  'Max Unavailable': (object) => String(objectAt(object, 'spec').maxUnavailable ?? 'N/A'),
  'Allowed Disruptions': count('status', 'disruptionsAllowed'),
};
