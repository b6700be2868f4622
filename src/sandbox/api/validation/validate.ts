import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { customFaults } from '../custom/custom-faults.ts';
import { definitionFaults } from '../custom/definition-faults.ts';
import { type FieldFault, invalid } from '../errors.ts';
import { objectAt } from '../json.ts';
import type { Resource } from '../resources.ts';
import { qosClassOf } from '../strategy.ts';
import { bindingFaults, roleFaults } from './access.ts';
import { autoscalerSpec } from './autoscalers.ts';
import { type Check, faultsOf } from './checks.ts';
import { configMapFaults, secretFaults } from './contents.ts';
import { cronJobFaults } from './cron-jobs.ts';
import { unknownValue } from './faults.ts';
import { ingressClassSpec, ingressFaults } from './ingresses.ts';
import { jobFaults } from './jobs.ts';
import { endpointSliceFaults, endpoints, networkPolicySpec } from './network.ts';
import { changedMetaFaults, newMetaFaults } from './object-meta.ts';
import { ephemeralFaults, podUpdateFaults } from './pod-changes.ts';
import { newPodFaults, podSpecFaults } from './pods.ts';
import { limits, quotaFaults } from './quotas.ts';
import { serviceFaults } from './services.ts';
import { budgetSpec, eventFaults, leaseSpec, priorityClassFaults } from './small-kinds.ts';
import { claimFaults, storageClassFaults, volumeFaults } from './storage.ts';
import { daemonSetFaults, deploymentFaults, replicaSetFaults, statefulSetFaults } from './workloads.ts';

type Rule = (object: KubernetesObject, current?: KubernetesObject, subresource?: string) => FieldFault[];

/** Rules of a spec, the same for new and for changed objects. */
function ofSpec(check: Check): Rule {
  return ({ spec }) => faultsOf(check, spec, 'spec');
}

/** Rules of a spec of which a field never changes. */
function fixed(check: Check, field: string): Rule {
  return ({ spec }, current) => {
    const faults = faultsOf(check, spec, 'spec');
    const [before, after] = [objectAt(current, 'spec')[field], objectAt(spec)[field]];
    if (!current || before === after) return faults;
    return [...faults, unknownValue(`spec.${field}`, after, 'field is immutable')];
  };
}

const rules: Record<string, Rule> = {
  Pod: podFaults,
  Deployment: deploymentFaults,
  ReplicaSet: replicaSetFaults,
  StatefulSet: statefulSetFaults,
  DaemonSet: daemonSetFaults,
  Job: jobFaults,
  CronJob: cronJobFaults,
  HorizontalPodAutoscaler: ofSpec(autoscalerSpec),
  PodDisruptionBudget: ofSpec(budgetSpec),
  Service: serviceFaults,
  Ingress: ingressFaults,
  IngressClass: fixed(ingressClassSpec, 'controller'),
  NetworkPolicy: ofSpec(networkPolicySpec),
  Endpoints: (object) => faultsOf(endpoints, object),
  EndpointSlice: endpointSliceFaults,
  ConfigMap: configMapFaults,
  Secret: secretFaults,
  Role: roleFaults,
  ClusterRole: roleFaults,
  RoleBinding: bindingFaults,
  ClusterRoleBinding: bindingFaults,
  PersistentVolumeClaim: claimFaults,
  PersistentVolume: volumeFaults,
  StorageClass: storageClassFaults,
  ResourceQuota: quotaFaults,
  LimitRange: (object) => faultsOf(limits, objectAt(object, 'spec').limits, 'spec.limits'),
  PriorityClass: priorityClassFaults,
  Lease: ofSpec(leaseSpec),
  Event: (object, current) => (current ? [] : eventFaults(object)),
  CustomResourceDefinition: definitionFaults,
};

/** Throws 422 with everything that is wrong with an object; `current` is what it replaces. */
export function validate(
  resource: Resource,
  object: KubernetesObject,
  current?: KubernetesObject,
  subresource = '',
): void {
  const faults: FieldFault[] = [
    ...(current ? changedMetaFaults(resource, object, current) : newMetaFaults(resource, object)),
    ...(resource.custom
      ? customFaults(resource, object, current, subresource)
      : (rules[resource.kind]?.(object, current, subresource) ?? [])),
  ];
  if (faults.length > 0) throw invalid(resource, object.metadata.name, faults);
}

function podFaults(object: KubernetesObject, current?: KubernetesObject, subresource = ''): FieldFault[] {
  const spec = objectAt(object, 'spec');
  if (!current) return newPodFaults(spec);
  if (subresource === 'binding') return [];
  if (subresource === 'ephemeralcontainers') return ephemeralFaults(objectAt(current, 'spec'), spec);
  if (subresource === 'resize') return resizeFaults(current, object);
  return podUpdateFaults(objectAt(current, 'spec'), spec);
}

/** `ValidatePodResize` */
function resizeFaults(current: KubernetesObject, next: KubernetesObject): FieldFault[] {
  const before = qosClassOf(current);
  if (qosClassOf(next) === before) return podSpecFaults(objectAt(next, 'spec'), 'spec', false);
  return [unknownValue('spec', before, 'Pod QOS Class may not change as a result of resizing')];
}
