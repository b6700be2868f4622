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
}

/** A limit without a request is the request (`SetDefaults_Pod`). */
function defaultRequests(container: Json): void {
  const resources = objectAt(container, 'resources');
  const limits = objectAt(resources, 'limits');
  if (Object.keys(limits).length > 0) resources.requests = { ...limits, ...objectAt(resources, 'requests') };
}

/** `latest` and no tag are pulled always (`SetDefaults_Container`). */
function pullPolicyOf(image: string): string {
  if (image.includes('@')) return 'IfNotPresent';
  const tag = /:([^/:]+)$/.exec(image)?.[1] ?? 'latest';
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function defaultVolume(volume: Json): void {
  if (Object.keys(volume).length === 1) volume.emptyDir = {};
}

/** The ports of a pod in the node's network are the node's (`defaultHostNetworkPorts`). */
function defaultHostPorts(container: Json): void {
  for (const port of listAt(container, 'ports').filter(isObject)) fill(port, 'hostPort', port.containerPort);
}

/** What a pod itself gets and a template does not (`pkg/apis/core/v1/defaults.go SetDefaults_Pod`). */
export function defaultPod(spec: Json): void {
  defaultPodSpec(spec);
  fill(spec, 'enableServiceLinks', true);
  for (const field of ['containers', 'initContainers'])
    for (const container of listAt(spec, field).filter(isObject)) {
      defaultRequests(container);
      if (spec.hostNetwork === true) defaultHostPorts(container);
    }
}
