import type { KubernetesObject } from '../../kubernetes/object.ts';

/** What the kubelet reads of a pod. */
export interface Pod extends KubernetesObject {
  spec: PodSpec;
  status?: PodStatus;
}

export interface PodSpec {
  nodeName?: string;
  restartPolicy?: 'Always' | 'OnFailure' | 'Never';
  terminationGracePeriodSeconds?: number;
  activeDeadlineSeconds?: number;
  serviceAccountName?: string;
  imagePullSecrets?: { name: string }[];
  containers: ContainerSpec[];
  initContainers?: ContainerSpec[];
  /** For looking into a pod that runs: they come later, and neither restart nor count. */
  ephemeralContainers?: ContainerSpec[];
  hostname?: string;
  subdomain?: string;
  hostNetwork?: boolean;
  securityContext?: { runAsUser?: number };
  volumes?: Volume[];
}

export interface ContainerSpec {
  name: string;
  image: string;
  imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never';
  command?: string[];
  args?: string[];
  env?: EnvironmentVariable[];
  envFrom?: { prefix?: string; configMapRef?: ObjectReference; secretRef?: ObjectReference }[];
  ports?: { name?: string; containerPort: number; protocol?: string }[];
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  startupProbe?: ProbeSpec;
  readinessProbe?: ProbeSpec;
  livenessProbe?: ProbeSpec;
  lifecycle?: { postStart?: Hook; preStop?: Hook };
  volumeMounts?: VolumeMount[];
  workingDir?: string;
  stdin?: boolean;
  stdinOnce?: boolean;
  tty?: boolean;
  securityContext?: { runAsUser?: number };
  terminationMessagePath?: string;
  terminationMessagePolicy?: string;
  /** `Always` on an init container makes it a sidecar. */
  restartPolicy?: string;
}

export interface Hook {
  exec?: { command?: string[] };
  httpGet?: ProbeSpec['httpGet'];
  sleep?: { seconds: number };
}

export interface VolumeMount {
  name: string;
  mountPath: string;
  subPath?: string;
  subPathExpr?: string;
  readOnly?: boolean;
}

interface ObjectReference {
  name: string;
  optional?: boolean;
}

export interface EnvironmentVariable {
  name: string;
  value?: string;
  valueFrom?: {
    configMapKeyRef?: ObjectReference & { key: string };
    secretKeyRef?: ObjectReference & { key: string };
    fieldRef?: { fieldPath: string };
    resourceFieldRef?: { resource: string; containerName?: string };
  };
}

export interface ProbeSpec {
  httpGet?: { path?: string; port: number | string; scheme?: string; httpHeaders?: { name: string; value: string }[] };
  tcpSocket?: { port: number | string };
  exec?: { command?: string[] };
  grpc?: { port: number };
  initialDelaySeconds?: number;
  periodSeconds?: number;
  timeoutSeconds?: number;
  successThreshold?: number;
  failureThreshold?: number;
}

/** What a key of a ConfigMap or a Secret is called as a file. */
export interface KeyToPath {
  key: string;
  path: string;
  mode?: number;
}

export interface DownwardItem {
  path: string;
  mode?: number;
  fieldRef?: { fieldPath: string };
  resourceFieldRef?: { resource: string; containerName?: string };
}

export interface Volume {
  name: string;
  persistentVolumeClaim?: { claimName: string };
  /** A claim of its own, named after pod and volume. */
  ephemeral?: object;
  configMap?: { name?: string; optional?: boolean; items?: KeyToPath[]; defaultMode?: number };
  secret?: { secretName?: string; optional?: boolean; items?: KeyToPath[]; defaultMode?: number };
  downwardAPI?: { items?: DownwardItem[]; defaultMode?: number };
  projected?: { sources?: ProjectedSource[]; defaultMode?: number };
  emptyDir?: object;
  hostPath?: { path: string };
}

export interface ProjectedSource {
  configMap?: ObjectReference & { items?: KeyToPath[] };
  secret?: ObjectReference & { items?: KeyToPath[] };
  downwardAPI?: { items?: DownwardItem[] };
  serviceAccountToken?: { path: string; audience?: string; expirationSeconds?: number };
}

interface PodStatus {
  phase?: string;
  conditions?: PodCondition[];
  podIP?: string;
  startTime?: string;
  containerStatuses?: unknown[];
  [field: string]: unknown;
}

export interface PodCondition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string | undefined;
  message?: string | undefined;
  lastProbeTime?: null;
  lastTransitionTime?: string;
}

/** All containers of a pod, of every kind. */
export function containersOf({ spec }: Pod): ContainerSpec[] {
  return [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])];
}

/** `/api/v1/namespaces/tars/pods/redis-x`. */
export function podPath(pod: { metadata: { namespace?: string; name: string } }): string {
  return `/api/v1/namespaces/${pod.metadata.namespace ?? 'default'}/pods/${pod.metadata.name}`;
}

/** How the kubelet names a pod in its messages: `name_namespace(uid)`. */
export function podTitle(pod: { metadata: { namespace?: string; name: string; uid?: string } }): string {
  return `${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`;
}

/** RFC 3339 with whole seconds, as Kubernetes' `metav1.Time`. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
