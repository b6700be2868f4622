import { type LabelSelector, matchesSelector } from '../../../kubernetes/labels.ts';
import type { KubernetesObject } from '../../../kubernetes/object.ts';
import type { FieldFault } from '../errors.ts';
import { equal, isObject, type Json, listAt, numberAt, objectAt, textAt } from '../json.ts';
import { scheduleFaults, timeZoneFaults } from './cron-lines.ts';
import { notNegative, required, supported, unknownValue } from './faults.ts';
import { labelSelectorFaults } from './label-selectors.ts';
import { podSpecFaults } from './pods.ts';

/** Deployments, ReplicaSets, StatefulSets, DaemonSets (`pkg/apis/apps/validation/validation.go`). */
export function workloadFaults(object: KubernetesObject, current?: KubernetesObject): FieldFault[] {
  const spec = objectAt(object, 'spec');
  const { selector } = spec;
  const faults = [...notNegative(spec.replicas, 'spec.replicas'), ...selectorFaults(object.kind ?? '', selector)];
  if (labelSelectorFaults(selector, '').length > 0) {
    // What cannot be read selects nothing, so no template is held against it.
    const why = object.kind === 'StatefulSet' ? '' : 'invalid label selector';
    if (object.kind === 'DaemonSet') faults.push(...templateFaults(spec));
    else faults.push(unknownValue('spec.selector', selector, why));
  } else faults.push(...matchingFaults(spec));
  if (current && !equal(objectAt(current, 'spec').selector, selector))
    faults.push(unknownValue('spec.selector', selector, 'field is immutable'));
  return faults;
}

function selectorFaults(kind: string, selector: unknown): FieldFault[] {
  if (!isObject(selector)) return kind === 'DaemonSet' ? [] : [required('spec.selector')];
  const faults = labelSelectorFaults(selector, 'spec.selector');
  if (Object.keys(selector).length > 0) return faults;
  const what = kind === 'ReplicaSet' ? 'deployment' : kind.toLowerCase();
  return [...faults, unknownValue('spec.selector', selector, `empty selector is invalid for ${what}`)];
}

/** The template has the labels that are selected, and runs for ever; an absent selector matches nothing. */
function matchingFaults(spec: Json): FieldFault[] {
  const { selector } = spec;
  const labels = objectAt(spec, 'template', 'metadata').labels;
  const matches =
    isObject(selector) && matchesSelector(selector as LabelSelector, (labels ?? {}) as Record<string, string>);
  const why = '`selector` does not match template `labels`';
  const faults = matches ? [] : [unknownValue('spec.template.metadata.labels', labels ?? null, why)];
  faults.push(...templateFaults(spec));
  const policy = textAt(spec, 'template', 'spec', 'restartPolicy');
  if (policy !== '' && policy !== 'Always') {
    const message = `"${policy}": supported values: "Always"`;
    faults.push({ type: 'FieldValueNotSupported', field: 'spec.template.spec.restartPolicy', message });
  }
  return faults;
}

function templateFaults(spec: Json): FieldFault[] {
  return podSpecFaults(objectAt(spec, 'template', 'spec'), 'spec.template.spec');
}

export function jobFaults(object: KubernetesObject, current?: KubernetesObject): FieldFault[] {
  const spec = objectAt(object, 'spec');
  const faults = [
    ...templateFaults(spec),
    ...notNegative(spec.parallelism, 'spec.parallelism'),
    ...notNegative(spec.completions, 'spec.completions'),
    ...restartFaults(objectAt(spec, 'template', 'spec'), 'spec.template.spec'),
  ];
  const fixed = current && !equal(objectAt(current, 'spec').template, spec.template);
  if (fixed) faults.push({ type: 'FieldValueInvalid', field: 'spec.template', message: 'field is immutable' });
  return faults;
}

export function cronJobFaults(object: KubernetesObject): FieldFault[] {
  const spec = objectAt(object, 'spec');
  const job = objectAt(spec, 'jobTemplate', 'spec');
  const schedule = textAt(spec, 'schedule');
  return [
    ...(schedule === '' ? [required('spec.schedule')] : scheduleFaults(schedule, 'spec.schedule')),
    ...timeZoneFaults(spec.timeZone, 'spec.timeZone'),
    ...podSpecFaults(objectAt(job, 'template', 'spec'), 'spec.jobTemplate.spec.template.spec'),
    ...restartFaults(objectAt(job, 'template', 'spec'), 'spec.jobTemplate.spec.template.spec'),
  ];
}

function restartFaults(spec: Json, path: string): FieldFault[] {
  if (spec.restartPolicy === 'OnFailure' || spec.restartPolicy === 'Never') return [];
  return [
    {
      type: 'FieldValueRequired',
      field: `${path}.restartPolicy`,
      message: 'valid values: "OnFailure", "Never"',
    },
  ];
}

/** `pkg/apis/autoscaling/validation/validation.go` */
export function autoscalerFaults(object: KubernetesObject): FieldFault[] {
  const spec = objectAt(object, 'spec');
  const target = objectAt(spec, 'scaleTargetRef');
  const [least, most] = [numberAt(spec, 'minReplicas') ?? 1, numberAt(spec, 'maxReplicas') ?? 0];
  const faults: FieldFault[] = [];
  for (const field of ['kind', 'name'])
    if (textAt(target, field) === '') faults.push(required(`spec.scaleTargetRef.${field}`));
  if (least < 1) faults.push(unknownValue('spec.minReplicas', least, 'must be greater than or equal to 1'));
  if (most < 1) faults.push(unknownValue('spec.maxReplicas', most, 'must be greater than 0'));
  else if (most < least)
    faults.push(unknownValue('spec.maxReplicas', most, 'must be greater than or equal to `minReplicas`'));
  const types = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];
  for (const [index, metric] of listAt(spec, 'metrics').entries())
    faults.push(...supported(objectAt(metric).type ?? '', types, `spec.metrics[${index}].type`));
  return faults;
}
