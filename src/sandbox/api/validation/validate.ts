import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { customFaults } from '../custom/custom-faults.ts';
import { definitionFaults } from '../custom/definition-faults.ts';
import { type FieldFault, invalid } from '../errors.ts';
import { objectAt } from '../json.ts';
import type { Resource } from '../resources.ts';
import { dataFaults, ingressFaults, serviceFaults } from './network.ts';
import { changedMetaFaults, newMetaFaults } from './object-meta.ts';
import { podSpecFaults, podUpdateFaults } from './pods.ts';
import { claimFaults } from './storage.ts';
import { autoscalerFaults, cronJobFaults, jobFaults, workloadFaults } from './workloads.ts';

type Rule = (object: KubernetesObject, current?: KubernetesObject) => FieldFault[];

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
  Secret: dataFaults,
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
      : (rules[resource.kind]?.(object, current) ?? [])),
    ...(current ? immutableFaults(resource, object, current) : []),
  ];
  if (faults.length > 0) throw invalid(resource, object.metadata.name, faults);
}

function podFaults(object: KubernetesObject, current?: KubernetesObject): FieldFault[] {
  const spec = objectAt(object, 'spec');
  return current ? podUpdateFaults(objectAt(current, 'spec'), spec) : podSpecFaults(spec, 'spec');
}

function immutableFaults(resource: Resource, object: KubernetesObject, current: KubernetesObject): FieldFault[] {
  if (current.immutable === true && ['ConfigMap', 'Secret'].includes(resource.kind))
    if (JSON.stringify(current.data) !== JSON.stringify(object.data))
      return [{ type: 'FieldValueForbidden', field: 'data', message: 'field is immutable when `immutable` is set' }];
  return [];
}
