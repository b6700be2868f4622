import { fill, isObject, type Json, listAt, objectAt, textAt } from '../json.ts';

/** What a pod template or a pod's spec gets (`pkg/apis/core/v1/defaults.go SetDefaults_PodSpec`). */
export function defaultPodSpec(spec: Json): void {
  fill(spec, 'restartPolicy', 'Always');
  fill(spec, 'dnsPolicy', 'ClusterFirst');
  fill(spec, 'terminationGracePeriodSeconds', 30);
  fill(spec, 'schedulerName', 'default-scheduler');
  fill(spec, 'securityContext', {});
  if (textAt(spec, 'serviceAccountName') !== '') fill(spec, 'serviceAccount', spec.serviceAccountName);
  for (const field of ['containers', 'initContainers'])
    for (const container of listAt(spec, field).filter(isObject)) defaultContainer(container);
  for (const volume of listAt(spec, 'volumes').filter(isObject)) defaultVolume(volume);
}

function defaultContainer(container: Json): void {
  fill(container, 'imagePullPolicy', pullPolicyOf(textAt(container, 'image')));
  fill(container, 'terminationMessagePath', '/dev/termination-log');
  fill(container, 'terminationMessagePolicy', 'File');
  fill(container, 'resources', {});
  for (const port of listAt(container, 'ports').filter(isObject)) fill(port, 'protocol', 'TCP');
  for (const variable of listAt(container, 'env').filter(isObject)) {
    const field = objectAt(variable, 'valueFrom').fieldRef;
    if (isObject(field)) fill(field, 'apiVersion', 'v1');
  }
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = container[name];
    if (isObject(probe)) defaultProbe(probe);
  }
  defaultRequests(objectAt(container, 'resources'));
}

/** A limit without a request is the request (`SetDefaults_Pod`). */
function defaultRequests(resources: Json): void {
  const limits = objectAt(resources, 'limits');
  if (Object.keys(limits).length > 0) resources.requests = { ...limits, ...objectAt(resources, 'requests') };
}

/** `latest` and no tag are pulled always (`SetDefaults_Container`). */
function pullPolicyOf(image: string): string {
  if (image.includes('@')) return 'IfNotPresent';
  const tag = /:([^/:]+)$/.exec(image)?.[1] ?? 'latest';
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function defaultProbe(probe: Json): void {
  fill(probe, 'timeoutSeconds', 1);
  fill(probe, 'periodSeconds', 10);
  fill(probe, 'successThreshold', 1);
  fill(probe, 'failureThreshold', 3);
  if (isObject(probe.httpGet)) {
    fill(probe.httpGet, 'path', '/');
    fill(probe.httpGet, 'scheme', 'HTTP');
  }
  if (isObject(probe.grpc)) fill(probe.grpc, 'service', '');
}

function defaultVolume(volume: Json): void {
  if (isObject(volume.secret)) fill(volume.secret, 'defaultMode', 0o644);
  if (isObject(volume.configMap)) fill(volume.configMap, 'defaultMode', 0o644);
  if (isObject(volume.downwardAPI)) fill(volume.downwardAPI, 'defaultMode', 0o644);
  if (isObject(volume.projected)) fill(volume.projected, 'defaultMode', 0o644);
  if (isObject(volume.hostPath)) fill(volume.hostPath, 'type', '');
  if (Object.keys(volume).length === 1) volume.emptyDir = {};
}

/** What a pod itself gets and a template does not (`pkg/apis/core/v1/defaults.go SetDefaults_Pod`). */
export function defaultPod(spec: Json): void {
  defaultPodSpec(spec);
  fill(spec, 'enableServiceLinks', true);
}
