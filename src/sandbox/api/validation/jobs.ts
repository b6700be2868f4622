import type { KubernetesObject } from '../../../kubernetes/object.ts';
import type { FieldFault } from '../errors.ts';
import { equal, isObject, type Json, listAt, objectAt, textAt } from '../json.ts';
import { atLeastZero, type Check, faultsOf, fields, given, isAbsent, named, numberOf, textOf } from './checks.ts';
import { inOrder, required, unknownValue, unsupported } from './faults.ts';
import { podFailurePolicy, successPolicy } from './job-policies.ts';
import { domainPathFaults } from './names.ts';
import { templateFaults } from './pods.ts';
import { labelSelector } from './selectors.ts';
import { unselected } from './workloads.ts';

const failedIndexes: Check = given((value, path, faults, job) => {
  atLeastZero(value, path, faults, job);
  const limit = path.replace(/maxFailedIndexes$/, 'backoffLimitPerIndex');
  if (isAbsent(job.backoffLimitPerIndex)) faults.push(required(limit, 'when maxFailedIndexes is specified'));
});

const completionMode: Check = given((value, path, faults, job) => {
  const beside = (field: string) => path.replace(/completionMode$/, field);
  if (value !== 'NonIndexed' && value !== 'Indexed') faults.push(unsupported(path, value, ['NonIndexed', 'Indexed']));
  if (value === 'Indexed') {
    const most = 'must be less than or equal to 100000 when completion mode is Indexed';
    if (isAbsent(job.completions)) faults.push(required(beside('completions'), 'when completion mode is Indexed'));
    if (numberOf(job.parallelism) > 100_000) faults.push(unknownValue(beside('parallelism'), job.parallelism, most));
    if (numberOf(job.maxFailedIndexes) > numberOf(job.completions))
      faults.push(
        unknownValue(beside('maxFailedIndexes'), job.maxFailedIndexes, 'must be less than or equal to completions'),
      );
  }
  for (const field of ['backoffLimitPerIndex', 'maxFailedIndexes'])
    if (value === 'NonIndexed' && !isAbsent(job[field]))
      faults.push(unknownValue(beside(field), job[field], 'requires indexed completion mode'));
});

const replacement: Check = given((value, path, faults, job) => {
  const allowed = isAbsent(job.podFailurePolicy) ? ['Failed', 'TerminatingOrFailed'] : ['Failed'];
  if (!allowed.includes(textOf(value))) faults.push(unsupported(path, value, allowed));
});

const head = fields({
  parallelism: atLeastZero,
  completions: atLeastZero,
  activeDeadlineSeconds: atLeastZero,
  backoffLimit: atLeastZero,
  ttlSecondsAfterFinished: atLeastZero,
  backoffLimitPerIndex: atLeastZero,
  maxFailedIndexes: failedIndexes,
  managedBy: given(named(domainPathFaults)),
  completionMode,
  podFailurePolicy,
  successPolicy,
  podReplacementPolicy: replacement,
});

/** What a Job or the template of one asks for (`pkg/apis/batch/validation/validation.go validateJobSpec`). */
export function jobSpecFaults(spec: Json, path: string): FieldFault[] {
  const policy = textAt(spec, 'template', 'spec', 'restartPolicy');
  const at = `${path}.template.spec.restartPolicy`;
  const allowed = ['OnFailure', 'Never'];
  const faults = [...faultsOf(head, spec, path), ...templateFaults(objectAt(spec, 'template'), `${path}.template`)];
  if (policy === 'Always' || policy === '') faults.push(required(at, 'valid values: "OnFailure", "Never"'));
  else if (!allowed.includes(policy)) faults.push(unsupported(at, policy, allowed));
  else if (!isAbsent(spec.podFailurePolicy) && policy !== 'Never')
    faults.push(unknownValue(at, policy, 'only "Never" is supported when podFailurePolicy is specified'));
  return faults;
}

const generated = (job: KubernetesObject): Record<string, string> => {
  const [uid, name] = [job.metadata.uid ?? '', job.metadata.name];
  return {
    'controller-uid': uid,
    'job-name': name,
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
  };
};

/** Labels and selector are the server's own unless the user said otherwise (`validateGeneratedSelector`). */
function generatedFaults(job: KubernetesObject): FieldFault[] {
  const spec = objectAt(job, 'spec');
  if (spec.manualSelector === true || !isObject(spec.selector)) return [];
  const wanted = generated(job);
  const labels = objectAt(spec, 'template', 'metadata', 'labels');
  const at = 'spec.template.metadata.labels';
  const faults = Object.entries(wanted).flatMap(([key, value]): FieldFault[] => {
    if (labels[key] === undefined) return [required(`${at}[${key}]`, `must be '${value}'`)];
    return labels[key] === value ? [] : [unknownValue(`${at}[${key}]`, inOrder(labels), `must be '${value}'`)];
  });
  const selected = objectAt(spec, 'selector', 'matchLabels');
  const shown = { ...spec.selector, matchLabels: inOrder(selected) };
  const own = listAt(spec, 'selector', 'matchExpressions').length === 0;
  const isGenerated = own && Object.entries(selected).every(([key, value]) => wanted[key] === value);
  return isGenerated ? faults : [...faults, unknownValue('spec.selector', shown, '`selector` not auto-generated')];
}

function wholeSpec(spec: Json): FieldFault[] {
  const selector = isObject(spec.selector)
    ? faultsOf(labelSelector, spec.selector, 'spec.selector')
    : [required('spec.selector')];
  return [...jobSpecFaults(spec, 'spec'), ...selector, ...(selector.length > 0 ? [] : unselected(spec, 'spec'))];
}

const immutable = [
  'selector',
  'template',
  'completionMode',
  'podFailurePolicy',
  'backoffLimitPerIndex',
  'managedBy',
  'successPolicy',
];

/** `ValidateJob`, `ValidateJobUpdate`: of an update all is looked at twice. */
export function jobFaults(job: KubernetesObject, current?: KubernetesObject): FieldFault[] {
  const spec = objectAt(job, 'spec');
  const faults = [...generatedFaults(job), ...wholeSpec(spec)];
  if (!current) return faults;
  const before = objectAt(current, 'spec');
  faults.push(...wholeSpec(spec), ...completionsFaults(spec, before));
  for (const field of immutable) {
    const isSame =
      field === 'template'
        ? equal(fixedTemplate(spec, before), fixedTemplate(before, before))
        : equal(spec[field], before[field]);
    if (isSame) continue;
    const paused = field === 'template' && before.suspend === true;
    faults.push(unknownValue(paused ? 'spec.template.spec' : `spec.${field}`, spec[field], 'field is immutable'));
  }
  return faults;
}

/** An indexed Job may grow with its parallelism (`validateCompletions`). */
function completionsFaults(spec: Json, before: Json): FieldFault[] {
  if (equal(spec.completions, before.completions)) return [];
  const field = 'spec.completions';
  if (spec.completionMode !== 'Indexed') return [unknownValue(field, spec.completions ?? null, 'field is immutable')];
  if (isAbsent(spec.completions) || equal(spec.completions, spec.parallelism)) return [];
  return [unknownValue(field, spec.completions, 'can only be modified in tandem with spec.parallelism')];
}

/** Of a Job that waits, where its pods go and what they ask for may still change (`validatePodTemplateUpdate`). */
function fixedTemplate(spec: Json, before: Json): unknown {
  const template = objectAt(spec, 'template');
  if (before.suspend !== true) return template;
  const pod = objectAt(template, 'spec');
  const { nodeSelector: _, tolerations: __, schedulingGates: ___, affinity, ...rest } = pod;
  const { nodeAffinity: ____, ...others } = objectAt(affinity);
  const bare = (field: string) => listAt(pod, field).map((one) => ({ ...objectAt(one), resources: undefined }));
  return { ...rest, affinity: others, containers: bare('containers'), initContainers: bare('initContainers') };
}
