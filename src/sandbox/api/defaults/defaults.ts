import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { fillDefaults } from '../custom/defaulting.ts';
import { defaultDefinition } from '../custom-resources.ts';
import { fill, isObject, type Json, objectAt } from '../json.ts';
import type { Resource } from '../resources.ts';
import { defaultBinding, defaultLimitRange } from './access.ts';
import { defaultEndpointSlice, defaultEndpoints, defaultNetworkPolicy, defaultService } from './network.ts';
import { defaultPod, defaultPodSpec } from './pod.ts';
import { defaultClaim, defaultSecret, defaultStorageClass, defaultVolume } from './storage.ts';
import {
  defaultAutoscaler,
  defaultCronJob,
  defaultDaemonSet,
  defaultDeployment,
  defaultJob,
  defaultReplicaSet,
  defaultStatefulSet,
} from './workloads.ts';

/** Kinds whose defaults lie in their spec. */
const specDefaults: Record<string, (spec: Json) => void> = {
  Deployment: defaultDeployment,
  ReplicaSet: defaultReplicaSet,
  StatefulSet: defaultStatefulSet,
  DaemonSet: defaultDaemonSet,
  CronJob: defaultCronJob,
  HorizontalPodAutoscaler: defaultAutoscaler,
  Service: defaultService,
  NetworkPolicy: defaultNetworkPolicy,
  PersistentVolumeClaim: defaultClaim,
  PersistentVolume: defaultVolume,
  LimitRange: defaultLimitRange,
};

const objectDefaults: Record<string, (object: Json) => void> = {
  EndpointSlice: defaultEndpointSlice,
  Endpoints: defaultEndpoints,
  StorageClass: defaultStorageClass,
  RoleBinding: defaultBinding,
  ClusterRoleBinding: defaultBinding,
  Secret: defaultSecret,
  CustomResourceDefinition: defaultDefinition,
};

/** Fills in what a real server fills in; changes the object, which has to be the caller's own copy. */
export function applyDefaults(resource: Resource, object: KubernetesObject, current?: KubernetesObject): void {
  if (resource.custom) {
    fillDefaults(object, resource.custom.schema);
    return;
  }
  const spec = object.spec;
  if (isObject(spec)) {
    specDefaults[resource.kind]?.(spec);
    if (resource.kind === 'Pod') (current ? defaultPodSpec : defaultPod)(spec);
    if (resource.kind === 'Job') defaultJob(spec, object.metadata, current === undefined);
  }
  objectDefaults[resource.kind]?.(object as unknown as Json);
  labelByTemplate(resource, object, spec);
}

/** A ReplicationController without labels gets its template's (`pkg/apis/core/v1/defaults.go`). */
function labelByTemplate(resource: Resource, object: KubernetesObject, spec: unknown): void {
  if (resource.kind !== 'ReplicationController') return;
  const labels = objectAt(spec, 'template', 'metadata').labels;
  if (isObject(labels)) fill(object.metadata as unknown as Json, 'labels', labels);
}
