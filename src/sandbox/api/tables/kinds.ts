import type { Resource } from '../resources.ts';
import {
  apiServiceColumns,
  configMapColumns,
  definitionColumns,
  eventColumns,
  namespaceColumns,
  nodeColumns,
  priorityClassColumns,
  secretColumns,
} from './cluster.ts';
import type { Column } from './column.ts';
import { ageColumn, nameColumn } from './columns.ts';
import { customColumns } from './custom.ts';
import {
  endpointSliceColumns,
  endpointsColumns,
  ingressClassColumns,
  ingressColumns,
  networkPolicyColumns,
  serviceColumns,
} from './network.ts';
import { podColumns } from './pods.ts';
import { claimColumns, storageClassColumns, volumeColumns } from './storage.ts';
import {
  autoscalerColumns,
  budgetColumns,
  cronJobColumns,
  daemonSetColumns,
  deploymentColumns,
  jobColumns,
  replicaSetColumns,
  statefulSetColumns,
} from './workloads.ts';

/** kubectl's columns by where a kind lies (`pkg/printers/internalversion/printers.go`). */
const byStorage: Record<string, readonly Column[]> = {
  '/pods': podColumns,
  '/namespaces': namespaceColumns,
  '/nodes': nodeColumns,
  '/events': eventColumns,
  '/configmaps': configMapColumns,
  '/secrets': secretColumns,
  '/services': serviceColumns,
  '/endpoints': endpointsColumns,
  '/persistentvolumeclaims': claimColumns,
  '/persistentvolumes': volumeColumns,
  '/replicationcontrollers': replicaSetColumns,
  'apps/deployments': deploymentColumns,
  'apps/replicasets': replicaSetColumns,
  'apps/statefulsets': statefulSetColumns,
  'apps/daemonsets': daemonSetColumns,
  'batch/jobs': jobColumns,
  'batch/cronjobs': cronJobColumns,
  'autoscaling/horizontalpodautoscalers': autoscalerColumns,
  'policy/poddisruptionbudgets': budgetColumns,
  'networking.k8s.io/ingresses': ingressColumns,
  'networking.k8s.io/ingressclasses': ingressClassColumns,
  'networking.k8s.io/networkpolicies': networkPolicyColumns,
  'discovery.k8s.io/endpointslices': endpointSliceColumns,
  'storage.k8s.io/storageclasses': storageClassColumns,
  'scheduling.k8s.io/priorityclasses': priorityClassColumns,
  'apiregistration.k8s.io/apiservices': apiServiceColumns,
  'apiextensions.k8s.io/customresourcedefinitions': definitionColumns,
};

/** The columns of a kind; name and age for one that has none of its own. */
export function columnsOf(resource: Resource): readonly Column[] {
  if (resource.custom) return customColumns(resource.custom.columns);
  return byStorage[resource.storage] ?? [nameColumn, ageColumn];
}
