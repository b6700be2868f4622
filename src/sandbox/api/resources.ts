import type { PrinterColumn } from './printer-column.ts';

/** One resource in one version, as clients address it. */
export interface Resource {
  group: string;
  version: string;
  kind: string;
  plural: string;
  singular: string;
  shortNames: readonly string[];
  namespaced: boolean;
  categories: readonly string[];
  /** `status`, `scale` and those of the kind's own. */
  subresources: readonly string[];
  /** Where its objects lie; two versions or groups may share one place. */
  storage: string;
  /** The `apiVersion` that objects lie there with. */
  storedAs: string;
  /** Reviews are answered and never stored. */
  createOnly: boolean;
  custom?: CustomResource;
}

/** What a custom resource's definition says of one version. */
export interface CustomResource {
  columns: readonly PrinterColumn[];
  schema: Record<string, unknown> | undefined;
  scale: { specReplicasPath: string; statusReplicasPath: string; labelSelectorPath?: string } | undefined;
}

/** `v1`, `apps/v1` */
export function apiVersionOf({ group, version }: Pick<Resource, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

// group version Kind plural short-names scope categories subresources; `-` is none. By `kubectl api-resources` of 1.36.
const table = `
- v1 Namespace namespaces ns cluster - status,finalize
- v1 Node nodes no cluster - status,proxy
- v1 Pod pods po namespaced all status,log,exec,attach,portforward,binding,eviction,proxy,ephemeralcontainers,resize
- v1 Service services svc namespaced all status,proxy
- v1 Endpoints endpoints ep namespaced - -
- v1 ConfigMap configmaps cm namespaced - -
- v1 Secret secrets - namespaced - -
- v1 ServiceAccount serviceaccounts sa namespaced - token
- v1 PersistentVolume persistentvolumes pv cluster - status
- v1 PersistentVolumeClaim persistentvolumeclaims pvc namespaced - status
- v1 Event events ev namespaced - -
- v1 ResourceQuota resourcequotas quota namespaced - status
- v1 LimitRange limitranges limits namespaced - -
- v1 ReplicationController replicationcontrollers rc namespaced all status,scale
- v1 PodTemplate podtemplates - namespaced - -
events.k8s.io v1 Event events ev namespaced - -
discovery.k8s.io v1 EndpointSlice endpointslices - namespaced - -
apps v1 Deployment deployments deploy namespaced all status,scale
apps v1 ReplicaSet replicasets rs namespaced all status,scale
apps v1 StatefulSet statefulsets sts namespaced all status,scale
apps v1 DaemonSet daemonsets ds namespaced all status
apps v1 ControllerRevision controllerrevisions - namespaced - -
batch v1 Job jobs - namespaced all status
batch v1 CronJob cronjobs cj namespaced all status
autoscaling v2 HorizontalPodAutoscaler horizontalpodautoscalers hpa namespaced all status
autoscaling v1 HorizontalPodAutoscaler horizontalpodautoscalers hpa namespaced all status
policy v1 PodDisruptionBudget poddisruptionbudgets pdb namespaced - status
networking.k8s.io v1 Ingress ingresses ing namespaced - status
networking.k8s.io v1 IngressClass ingressclasses - cluster - -
networking.k8s.io v1 NetworkPolicy networkpolicies netpol namespaced - -
storage.k8s.io v1 StorageClass storageclasses sc cluster - -
rbac.authorization.k8s.io v1 Role roles - namespaced - -
rbac.authorization.k8s.io v1 RoleBinding rolebindings - namespaced - -
rbac.authorization.k8s.io v1 ClusterRole clusterroles - cluster - -
rbac.authorization.k8s.io v1 ClusterRoleBinding clusterrolebindings - cluster - -
coordination.k8s.io v1 Lease leases - namespaced - -
scheduling.k8s.io v1 PriorityClass priorityclasses pc cluster - -
apiregistration.k8s.io v1 APIService apiservices - cluster api-extensions status
apiextensions.k8s.io v1 CustomResourceDefinition customresourcedefinitions crd,crds cluster api-extensions status
authorization.k8s.io v1 SelfSubjectAccessReview selfsubjectaccessreviews - cluster - -
authorization.k8s.io v1 SelfSubjectRulesReview selfsubjectrulesreviews - cluster - -
authentication.k8s.io v1 SelfSubjectReview selfsubjectreviews - cluster - -
`;

/** Kinds that several versions or groups show: the first one here is what is stored. */
const sharedStorage: Record<string, { storage: string; storedAs: string }> = {
  'events.k8s.io/events': { storage: '/events', storedAs: 'v1' },
  'autoscaling/horizontalpodautoscalers': {
    storage: 'autoscaling/horizontalpodautoscalers',
    storedAs: 'autoscaling/v2',
  },
};

export const builtInResources: readonly Resource[] = table.trim().split('\n').map(readLine);

function readLine(line: string): Resource {
  const cells = line.split(' ');
  const [groupCell = '', version = '', kind = '', plural = '', short, scope, categories, subresources] = cells;
  const group = groupCell === '-' ? '' : groupCell;
  const own = { storage: `${group}/${plural}`, storedAs: apiVersionOf({ group, version }) };
  return {
    group,
    version,
    kind,
    plural,
    singular: kind.toLowerCase(),
    shortNames: listOf(short),
    namespaced: scope === 'namespaced',
    categories: listOf(categories),
    subresources: listOf(subresources),
    ...(sharedStorage[own.storage] ?? own),
    createOnly: kind.endsWith('Review'),
  };
}

function listOf(cell: string | undefined): string[] {
  return cell === undefined || cell === '-' ? [] : cell.split(',');
}
