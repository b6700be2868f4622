import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { fillDefaults } from '../custom/defaulting.ts';
import { defaultDefinition } from '../custom-resources.ts';
import { equal, fill, isObject, type Json, objectAt } from '../json.ts';
import type { Resource } from '../resources.ts';
import { defaultBinding, defaultLimitRange } from './access.ts';
import { fillStructs, storedSchema } from './fill-structs.ts';
import { defaultNetworkPolicy, defaultService } from './network.ts';
import { defaultNode } from './node.ts';
import { defaultPod, defaultPodSpec } from './pod.ts';
import { defaultClaim, defaultSecret } from './storage.ts';
import {
  defaultAutoscaler,
  defaultCronJob,
  defaultDaemonSet,
  defaultDeployment,
  defaultJob,
  defaultReplicaSet,
  defaultReplicationController,
  defaultStatefulSet,
  defaultTemplate,
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
  ReplicationController: defaultReplicationController,
  LimitRange: defaultLimitRange,
};

const objectDefaults: Record<string, (object: Json) => void> = {
  RoleBinding: defaultBinding,
  ClusterRoleBinding: defaultBinding,
  Secret: defaultSecret,
  Node: defaultNode,
  Namespace: labelNamespace,
  PodTemplate: defaultTemplate,
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
  if (resource.kind === 'DaemonSet') countTemplates(object, current);
  const schema = storedSchema(resource);
  if (schema) fillStructs(schema, object);
  labelByTemplate(resource, object, spec);
}

/** Everything can be selected by the name of its namespace (`pkg/apis/core/v1/defaults.go SetDefaults_Namespace`). */
function labelNamespace(namespace: Json): void {
  const metadata = objectAt(namespace, 'metadata');
  metadata.labels = { ...objectAt(metadata, 'labels'), 'kubernetes.io/metadata.name': metadata.name };
}

/** A ReplicationController without labels gets its template's (`pkg/apis/core/v1/defaults.go`). */
function labelByTemplate(resource: Resource, object: KubernetesObject, spec: unknown): void {
  if (resource.kind !== 'ReplicationController') return;
  const labels = objectAt(spec, 'template', 'metadata').labels;
  if (isObject(labels)) fill(object.metadata as unknown as Json, 'labels', labels);
}

const templateGeneration = 'deprecated.daemonset.template.generation';

/** A DaemonSet counts the versions of its template in an annotation (`pkg/apis/apps/v1/conversion.go`, `daemonset/strategy.go`). */
function countTemplates(object: KubernetesObject, current: KubernetesObject | undefined): void {
  const before = Number(current?.metadata.annotations?.[templateGeneration] ?? 0);
  const isNew = !current || !equal(objectAt(current, 'spec', 'template'), objectAt(object, 'spec', 'template'));
  const count = String(isNew ? before + 1 : before);
  object.metadata.annotations = { ...object.metadata.annotations, [templateGeneration]: count };
}
