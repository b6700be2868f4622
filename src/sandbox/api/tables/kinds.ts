import type { Resource } from '../resources.ts';
import {
  admissionBindingCells,
  admissionPolicyCells,
  flowSchemaCells,
  priorityLevelCells,
  roleBindingCells,
  signingRequestCells,
  webhookCells,
} from './access.ts';
import { autoscalerCells } from './autoscaling.ts';
import { type Cells, commonCells } from './cells.ts';
import {
  apiServiceCells,
  componentCells,
  configMapCells,
  eventCells,
  leaseCells,
  namespaceCells,
  nodeCells,
  priorityClassCells,
  quotaCells,
  runtimeClassCells,
  secretCells,
} from './cluster.ts';
import type { Column } from './column.ts';
import { ageColumn, nameColumn } from './columns.ts';
import { customColumns } from './custom.ts';
import {
  addressCells,
  endpointSliceCells,
  endpointsCells,
  ingressCells,
  ingressClassCells,
  networkPolicyCells,
  serviceCells,
  serviceRangeCells,
} from './network.ts';
import { podCells } from './pods.ts';
import { recordedColumns } from './recorded.ts';
import {
  attachmentCells,
  attributesClassCells,
  claimCells,
  driverCells,
  nodeDriversCells,
  storageClassCells,
  volumeCells,
} from './storage.ts';
import {
  budgetCells,
  cronJobCells,
  daemonSetCells,
  deploymentCells,
  jobCells,
  podTemplateCells,
  replicaSetCells,
  replicationControllerCells,
  revisionCells,
  statefulSetCells,
} from './workloads.ts';

/** The cells of a kind's own columns, by where it lies. */
const byStorage: Record<string, Cells> = {
  '/pods': podCells,
  '/namespaces': namespaceCells,
  '/nodes': nodeCells,
  '/events': eventCells,
  '/configmaps': configMapCells,
  '/secrets': secretCells,
  '/services': serviceCells,
  '/endpoints': endpointsCells,
  '/persistentvolumeclaims': claimCells,
  '/persistentvolumes': volumeCells,
  '/replicationcontrollers': replicationControllerCells,
  '/podtemplates': podTemplateCells,
  '/resourcequotas': quotaCells,
  '/componentstatuses': componentCells,
  'apps/deployments': deploymentCells,
  'apps/replicasets': replicaSetCells,
  'apps/statefulsets': statefulSetCells,
  'apps/daemonsets': daemonSetCells,
  'apps/controllerrevisions': revisionCells,
  'batch/jobs': jobCells,
  'batch/cronjobs': cronJobCells,
  'autoscaling/horizontalpodautoscalers': autoscalerCells,
  'policy/poddisruptionbudgets': budgetCells,
  'networking.k8s.io/ingresses': ingressCells,
  'networking.k8s.io/ingressclasses': ingressClassCells,
  'networking.k8s.io/networkpolicies': networkPolicyCells,
  'networking.k8s.io/servicecidrs': serviceRangeCells,
  'networking.k8s.io/ipaddresses': addressCells,
  'discovery.k8s.io/endpointslices': endpointSliceCells,
  'storage.k8s.io/storageclasses': storageClassCells,
  'storage.k8s.io/volumeattachments': attachmentCells,
  'storage.k8s.io/csidrivers': driverCells,
  'storage.k8s.io/csinodes': nodeDriversCells,
  'storage.k8s.io/volumeattributesclasses': attributesClassCells,
  'rbac.authorization.k8s.io/rolebindings': roleBindingCells,
  'rbac.authorization.k8s.io/clusterrolebindings': roleBindingCells,
  'certificates.k8s.io/certificatesigningrequests': signingRequestCells,
  'admissionregistration.k8s.io/mutatingwebhookconfigurations': webhookCells,
  'admissionregistration.k8s.io/validatingwebhookconfigurations': webhookCells,
  'admissionregistration.k8s.io/mutatingadmissionpolicies': admissionPolicyCells,
  'admissionregistration.k8s.io/validatingadmissionpolicies': admissionPolicyCells,
  'admissionregistration.k8s.io/mutatingadmissionpolicybindings': admissionBindingCells,
  'admissionregistration.k8s.io/validatingadmissionpolicybindings': admissionBindingCells,
  'flowcontrol.apiserver.k8s.io/flowschemas': flowSchemaCells,
  'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations': priorityLevelCells,
  'scheduling.k8s.io/priorityclasses': priorityClassCells,
  'coordination.k8s.io/leases': leaseCells,
  'node.k8s.io/runtimeclasses': runtimeClassCells,
  'apiregistration.k8s.io/apiservices': apiServiceCells,
};

const known = new Map<string, readonly Column[]>();

/** The columns of a kind, as a real API server declares them; name and age for one that it does not list. */
export function columnsOf(resource: Resource): readonly Column[] {
  if (resource.custom) return customColumns(resource.custom.columns);
  const key = `${resource.group}/${resource.version}/${resource.plural}`;
  const columns = known.get(key) ?? builtInColumns(resource);
  known.set(key, columns);
  return columns;
}

function builtInColumns(resource: Resource): readonly Column[] {
  const cells = { ...commonCells, ...byStorage[resource.storage] };
  return (
    recordedColumns(resource)?.map((column) => ({ ...column, cell: cells[column.name] ?? (() => '') })) ?? [
      nameColumn,
      ageColumn,
    ]
  );
}
