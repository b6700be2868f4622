import { type LabelSelector, matchesSelector } from '../../../kubernetes/labels.ts';
import type { KubernetesObject } from '../../../kubernetes/object.ts';
import type { FieldFault } from '../errors.ts';
import { equal, isObject, type Json, listAt, objectAt, textAt } from '../json.ts';
import {
  atLeastZero,
  type Check,
  each,
  faultsOf,
  fields,
  filled,
  given,
  isAbsent,
  named,
  numberOf,
  oneOf,
  textOf,
} from './checks.ts';
import { claimSpec } from './claims.ts';
import { forbidden, required, unknownValue, unsupported } from './faults.ts';
import { labelNameFaults } from './names.ts';
import { templateFaults } from './pods.ts';
import { labelSelector } from './selectors.ts';
import { daemonStrategy, deploymentStrategy, statefulStrategy } from './strategies.ts';

/** A selector that a workload must have; `of` is how the fault of an empty one names the kind. */
function workloadSelector(of: string): Check {
  return (value, path, faults, owner) => {
    if (!isObject(value)) {
      faults.push(required(path));
      return;
    }
    labelSelector(value, path, faults, owner);
    if (isEmptySelector(value)) faults.push(unknownValue(path, value, `empty selector is invalid for ${of}`));
  };
}

function isEmptySelector(selector: Json): boolean {
  return Object.keys(objectAt(selector, 'matchLabels')).length + listAt(selector, 'matchExpressions').length === 0;
}

/** Whether Go can make a selector of it (`metav1.LabelSelectorAsSelector`). */
function isUsable(selector: unknown): boolean {
  return !isObject(selector) || faultsOf(labelSelector, selector).length === 0;
}

/** Said when the labels of a template are not what a selector selects; an absent selector selects nothing. */
export function unselected(spec: Json, path: string): FieldFault[] {
  const { selector } = spec;
  const found = objectAt(spec, 'template', 'metadata').labels;
  if (isObject(selector) && matchesSelector(selector as LabelSelector, (found ?? {}) as Record<string, string>))
    return [];
  return [
    unknownValue(`${path}.template.metadata.labels`, found ?? null, '`selector` does not match template `labels`'),
  ];
}

/** The template of pods that run for ever. */
function lasting(spec: Json, kind: string): FieldFault[] {
  const template = objectAt(spec, 'template');
  const policy = textAt(template, 'spec', 'restartPolicy');
  const faults = templateFaults(template, 'spec.template');
  const at = 'spec.template.spec';
  if (policy !== 'Always' && isObject(template.spec))
    faults.push(unsupported(`${at}.restartPolicy`, policy, ['Always']));
  if (!isAbsent(objectAt(template, 'spec').activeDeadlineSeconds))
    faults.push(forbidden(`${at}.activeDeadlineSeconds`, `activeDeadlineSeconds in ${kind} is not Supported`));
  return faults;
}

/** Labels, then pods, if the selector is one at all. */
function template(spec: Json, kind: string, invalidSelector = 'invalid label selector'): FieldFault[] {
  if (!isUsable(spec.selector)) return [invalidFault(spec.selector, invalidSelector)];
  const isEmpty = isObject(spec.selector) && isEmptySelector(spec.selector);
  return [...(isEmpty ? [] : unselected(spec, 'spec')), ...lasting(spec, kind)];
}

function invalidFault(selector: unknown, why: string): FieldFault {
  const fault = unknownValue('spec.selector', selector, why);
  return why === '' ? { ...fault, message: fault.message.slice(0, -2) } : fault;
}

function fixed(field: string, spec: Json, current: KubernetesObject | undefined): FieldFault[] {
  if (!current || equal(objectAt(current, 'spec')[field], spec[field])) return [];
  return [unknownValue(`spec.${field}`, spec[field], 'field is immutable')];
}

const deadline: Check = given((value, path, faults, spec) => {
  atLeastZero(value, path, faults, spec);
  if (numberOf(value) <= numberOf(spec.minReadySeconds))
    faults.push(unknownValue(path, value, 'must be greater than minReadySeconds'));
});

const deploymentHead = fields({ replicas: atLeastZero, selector: workloadSelector('deployment') });
const deploymentTail = fields({
  strategy: deploymentStrategy,
  minReadySeconds: atLeastZero,
  revisionHistoryLimit: atLeastZero,
  progressDeadlineSeconds: deadline,
});

/** `pkg/apis/apps/validation/validation.go ValidateDeploymentSpec` */
export function deploymentFaults(object: KubernetesObject, current?: KubernetesObject): FieldFault[] {
  const spec = objectAt(object, 'spec');
  return [
    ...faultsOf(deploymentHead, spec, 'spec'),
    ...template(spec, 'ReplicaSet'),
    ...faultsOf(deploymentTail, spec, 'spec'),
    ...fixed('selector', spec, current),
  ];
}

const replicaSetHead = fields({
  replicas: atLeastZero,
  minReadySeconds: atLeastZero,
  selector: workloadSelector('deployment'),
});

/** `ValidateReplicaSetSpec` */
export function replicaSetFaults(object: KubernetesObject, current?: KubernetesObject): FieldFault[] {
  const spec = objectAt(object, 'spec');
  return [
    ...faultsOf(replicaSetHead, spec, 'spec'),
    ...template(spec, 'ReplicaSet'),
    ...fixed('selector', spec, current),
  ];
}

/** `ValidateDaemonSetSpec` */
export function daemonSetFaults(object: KubernetesObject, current?: KubernetesObject): FieldFault[] {
  const spec = objectAt(object, 'spec');
  const { selector } = spec;
  const none = isObject(selector) && isEmptySelector(selector);
  const tail = fields({
    minReadySeconds: atLeastZero,
    updateStrategy: daemonStrategy,
    revisionHistoryLimit: atLeastZero,
  });
  return [
    ...faultsOf(given(labelSelector), selector, 'spec.selector'),
    ...(isUsable(selector) && !none ? unselected(spec, 'spec') : []),
    ...(none ? [unknownValue('spec.selector', selector, 'empty selector is invalid for daemonset')] : []),
    ...lasting(spec, 'DaemonSet'),
    ...faultsOf(tail, spec, 'spec'),
    ...fixed('selector', spec, current),
  ];
}

const management: Check = (value, path, faults) => {
  if (value !== 'OrderedReady' && value !== 'Parallel')
    faults.push(unknownValue(path, textOf(value), "must be 'OrderedReady' or 'Parallel'"));
};
const retention = given(oneOf('Retain', 'Delete'));

const setHead = (isNew: boolean) =>
  fields({
    podManagementPolicy: management,
    updateStrategy: statefulStrategy,
    persistentVolumeClaimRetentionPolicy: fields({ whenDeleted: retention, whenScaled: retention }),
    volumeClaimTemplates: isNew ? each(fields({ spec: claimSpec })) : () => {},
    replicas: atLeastZero,
    minReadySeconds: atLeastZero,
    ordinals: fields({ start: atLeastZero }),
    serviceName: isNew ? filled(named(labelNameFaults)) : () => {},
    selector: workloadSelector('statefulset'),
  });
const [newSet, oldSet] = [setHead(true), setHead(false)];

const changeable = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];
const frozenSet =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

/** `ValidateStatefulSetSpec`, `ValidateStatefulSetUpdate` */
export function statefulSetFaults(object: KubernetesObject, current?: KubernetesObject): FieldFault[] {
  const spec = objectAt(object, 'spec');
  const before = current && objectAt(current, 'spec');
  const moved =
    before &&
    Object.keys({ ...before, ...spec }).some(
      (field) => !changeable.includes(field) && !equal(before[field], spec[field]),
    );
  return [
    ...faultsOf(before ? oldSet : newSet, spec, 'spec'),
    ...template(withClaims(spec), 'StatefulSet', ''),
    ...(moved ? [forbidden('spec', frozenSet)] : []),
  ];
}

/** The pods of a set also mount its claims, and it names them itself. */
function withClaims(spec: Json): Json {
  const claims = listAt(spec, 'volumeClaimTemplates').map((claim) => textAt(claim, 'metadata', 'name'));
  const pod = objectAt(spec, 'template', 'spec');
  if (claims.length === 0 && isAbsent(pod.hostname) && isAbsent(pod.subdomain)) return spec;
  const mounted = claims.map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
  const others = listAt(pod, 'volumes').filter((volume) => !claims.includes(textAt(volume, 'name')));
  const { hostname: _, subdomain: __, ...rest } = pod;
  return { ...spec, template: { ...objectAt(spec, 'template'), spec: { ...rest, volumes: [...mounted, ...others] } } };
}
