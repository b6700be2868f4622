import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { customFaults } from '../custom/custom-faults.ts';
import { definitionFaults } from '../custom/definition-faults.ts';
import { type FieldFault, invalid } from '../errors.ts';
import { objectAt } from '../json.ts';
import type { Resource } from '../resources.ts';
import { qosClassOf } from '../strategy.ts';
import { bindingFaults, roleFaults, tokenSecretFaults } from './access.ts';
import { unknownValue } from './faults.ts';
import { dataFaults, ingressFaults, serviceFaults } from './network.ts';
import { changedMetaFaults, newMetaFaults } from './object-meta.ts';
import { ephemeralFaults, podSpecFaults, podUpdateFaults } from './pods.ts';
import { claimFaults } from './storage.ts';
import { autoscalerFaults, cronJobFaults, jobFaults, workloadFaults } from './workloads.ts';

type Rule = (object: KubernetesObject, current?: KubernetesObject, subresource?: string) => FieldFault[];

const rules: Record<string, Rule> = {
  Pod: podFaults,
  Deployment: workloadFaults,
  ReplicaSet: workloadFaults,
  StatefulSet: workloadFaults,
  DaemonSet: workloadFaults,
  Job: jobFaults,
  CronJob: cronJobFaults,
  HorizontalPodAutoscaler: autoscalerFaults,
  Service: serviceFaults,
  Ingress: ingressFaults,
  ConfigMap: dataFaults,
  Secret: (object) => [...dataFaults(object), ...tokenSecretFaults(object)],
  Role: roleFaults,
  ClusterRole: roleFaults,
  RoleBinding: bindingFaults,
  ClusterRoleBinding: bindingFaults,
  PersistentVolumeClaim: claimFaults,
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
    ...(current ? changedMetaFaults(object, current) : newMetaFaults(resource, object)),
    ...(resource.custom
      ? customFaults(resource, object, current, subresource)
      : (rules[resource.kind]?.(object, current, subresource) ?? [])),
    ...(current ? immutableFaults(resource, object, current) : []),
  ];
  if (faults.length > 0) throw invalid(resource, object.metadata.name, faults);
}

function podFaults(object: KubernetesObject, current?: KubernetesObject, subresource = ''): FieldFault[] {
  const spec = objectAt(object, 'spec');
  if (!current) return podSpecFaults(spec, 'spec');
  if (subresource === 'binding') return [];
  if (subresource === 'ephemeralcontainers') return ephemeralFaults(objectAt(current, 'spec'), spec);
  if (subresource === 'resize') return resizeFaults(current, object);
  return podUpdateFaults(objectAt(current, 'spec'), spec);
}

/** `ValidatePodResize` */
function resizeFaults(current: KubernetesObject, next: KubernetesObject): FieldFault[] {
  const before = qosClassOf(current);
  if (qosClassOf(next) === before) return podSpecFaults(objectAt(next, 'spec'), 'spec');
  return [unknownValue('spec', before, 'Pod QOS Class may not change as a result of resizing')];
}

function immutableFaults(resource: Resource, object: KubernetesObject, current: KubernetesObject): FieldFault[] {
  if (current.immutable === true && ['ConfigMap', 'Secret'].includes(resource.kind))
    if (JSON.stringify(current.data) !== JSON.stringify(object.data))
      return [{ type: 'FieldValueForbidden', field: 'data', message: 'field is immutable when `immutable` is set' }];
  return [];
}
