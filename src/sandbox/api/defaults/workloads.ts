import { fill, isObject, type Json, objectAt } from '../json.ts';
import { defaultPodSpec } from './pod.ts';

export function defaultTemplate(spec: Json): void {
  const template = spec.template;
  if (!isObject(template)) return;
  if (isObject(template.spec)) defaultPodSpec(template.spec);
}

/** `pkg/apis/apps/v1/defaults.go` */
export function defaultDeployment(spec: Json): void {
  fill(spec, 'replicas', 1);
  fill(spec, 'strategy', {});
  const strategy = objectAt(spec, 'strategy');
  fill(strategy, 'type', 'RollingUpdate');
  if (strategy.type === 'RollingUpdate') {
    fill(strategy, 'rollingUpdate', {});
    const rolling = objectAt(strategy, 'rollingUpdate');
    fill(rolling, 'maxUnavailable', '25%');
    fill(rolling, 'maxSurge', '25%');
  }
  fill(spec, 'revisionHistoryLimit', 10);
  fill(spec, 'progressDeadlineSeconds', 600);
  defaultTemplate(spec);
}

export function defaultReplicaSet(spec: Json): void {
  fill(spec, 'replicas', 1);
  defaultTemplate(spec);
}

export function defaultStatefulSet(spec: Json): void {
  fill(spec, 'replicas', 1);
  fill(spec, 'podManagementPolicy', 'OrderedReady');
  fill(spec, 'updateStrategy', {});
  const strategy = objectAt(spec, 'updateStrategy');
  fill(strategy, 'type', 'RollingUpdate');
  if (strategy.type === 'RollingUpdate') {
    fill(strategy, 'rollingUpdate', {});
    fill(objectAt(strategy, 'rollingUpdate'), 'partition', 0);
  }
  fill(spec, 'persistentVolumeClaimRetentionPolicy', { whenDeleted: 'Retain', whenScaled: 'Retain' });
  fill(spec, 'revisionHistoryLimit', 10);
  defaultTemplate(spec);
  for (const claim of Array.isArray(spec.volumeClaimTemplates) ? spec.volumeClaimTemplates : []) {
    if (!isObject(claim)) continue;
    fill(claim, 'kind', 'PersistentVolumeClaim');
    fill(claim, 'apiVersion', 'v1');
    fill(objectAt(claim, 'spec'), 'volumeMode', 'Filesystem');
    fill(claim, 'status', {});
    fill(objectAt(claim, 'status'), 'phase', 'Pending');
  }
}

export function defaultDaemonSet(spec: Json): void {
  fill(spec, 'updateStrategy', {});
  const strategy = objectAt(spec, 'updateStrategy');
  fill(strategy, 'type', 'RollingUpdate');
  if (strategy.type === 'RollingUpdate') {
    fill(strategy, 'rollingUpdate', {});
    fill(objectAt(strategy, 'rollingUpdate'), 'maxSurge', 0);
    fill(objectAt(strategy, 'rollingUpdate'), 'maxUnavailable', 1);
  }
  fill(spec, 'revisionHistoryLimit', 10);
  defaultTemplate(spec);
}

/** `pkg/apis/batch/v1/defaults.go`; the selector and its label are the strategy's (`pkg/registry/batch/job/strategy.go`). */
export function defaultJob(
  spec: Json,
  metadata: { name: string; uid?: string; labels?: Record<string, string> },
  isNew: boolean,
): void {
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  fill(spec, 'parallelism', 1);
  // With a limit for each index there is none for the whole.
  fill(spec, 'backoffLimit', spec.backoffLimitPerIndex === undefined ? 6 : 2_147_483_647);
  fill(spec, 'completionMode', 'NonIndexed');
  fill(spec, 'suspend', false);
  fill(spec, 'manualSelector', spec.manualSelector === true);
  fill(spec, 'podReplacementPolicy', spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed');
  if (isNew && spec.manualSelector !== true && isObject(spec.template)) {
    const labels = {
      'batch.kubernetes.io/controller-uid': metadata.uid ?? '',
      'batch.kubernetes.io/job-name': metadata.name,
      'controller-uid': metadata.uid ?? '',
      'job-name': metadata.name,
    };
    const template = spec.template;
    fill(template, 'metadata', {});
    const about = objectAt(template, 'metadata');
    // What the user wrote stays, and is refused where it is not the server's (`pkg/registry/batch/job/strategy.go generateSelector`).
    about.labels = { ...labels, ...objectAt(about, 'labels') };
    const selected = objectAt(spec, 'selector');
    const own = { 'batch.kubernetes.io/controller-uid': metadata.uid ?? '' };
    spec.selector = { ...selected, matchLabels: { ...own, ...objectAt(selected, 'matchLabels') } };
    // A Job without labels has its template's.
    if (metadata.labels === undefined) metadata.labels = { ...objectAt(about, 'labels') } as Record<string, string>;
  }
  defaultTemplate(spec);
}

export function defaultCronJob(spec: Json): void {
  fill(spec, 'concurrencyPolicy', 'Allow');
  fill(spec, 'suspend', false);
  fill(spec, 'successfulJobsHistoryLimit', 3);
  fill(spec, 'failedJobsHistoryLimit', 1);
  const job = objectAt(spec, 'jobTemplate', 'spec');
  if (isObject(job.template)) defaultTemplate(job);
}

/** `pkg/apis/autoscaling/v2/defaults.go` */
export function defaultAutoscaler(spec: Json): void {
  fill(spec, 'minReplicas', 1);
  if (spec.metrics === undefined)
    spec.metrics = [
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
    ];
  const { behavior } = spec;
  if (!isObject(behavior)) return;
  const up = { type: 'Pods', value: 4, periodSeconds: 15 };
  const percent = { type: 'Percent', value: 100, periodSeconds: 15 };
  behavior.scaleUp = {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [up, percent],
    ...objectAt(behavior, 'scaleUp'),
  };
  behavior.scaleDown = { selectPolicy: 'Max', policies: [percent], ...objectAt(behavior, 'scaleDown') };
}

/** `pkg/apis/core/v1/defaults.go SetDefaults_ReplicationController` */
export function defaultReplicationController(spec: Json): void {
  fill(spec, 'replicas', 1);
  const labels = objectAt(spec, 'template', 'metadata').labels;
  if (isObject(labels)) fill(spec, 'selector', { ...labels });
  defaultTemplate(spec);
}
