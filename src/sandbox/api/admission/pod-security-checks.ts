import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { isObject, type Json, listAt, objectAt, textAt } from '../json.ts';

type Check = (spec: Json, containers: readonly Json[]) => string | undefined;

/** What a standard forbids in a pod, each with its reason and detail, in the order of `pod-security-admission/policy`. */
export function securityFaults(pod: KubernetesObject, level: 'baseline' | 'restricted'): string[] {
  const spec = objectAt(pod, 'spec');
  const containers = ['initContainers', 'containers', 'ephemeralContainers'].flatMap((field) =>
    listAt(spec, field).filter(isObject),
  );
  const checks = level === 'baseline' ? baseline : restricted;
  return checks.flatMap((check) => check(spec, containers) ?? []);
}

const securityOf = (of: Json) => objectAt(of, 'securityContext');
const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(', ');
const namesOf = (containers: readonly Json[]) => containers.map((container) => textAt(container, 'name'));

/** `container "a"`, `containers "a", "b"` */
function said(containers: readonly Json[]): string {
  return `${containers.length === 1 ? 'container' : 'containers'} ${quoted(namesOf(containers))}`;
}

const hostNamespaces: Check = (spec) => {
  const used = ['hostNetwork', 'hostPID', 'hostIPC'].filter((field) => spec[field] === true);
  return used.length > 0 ? `host namespaces (${used.map((field) => `${field}=true`).join(', ')})` : undefined;
};

const hostPaths: Check = (spec) => {
  const used = listAt(spec, 'volumes').filter((volume) => isObject(volume) && isObject(volume.hostPath)) as Json[];
  if (used.length === 0) return undefined;
  return `hostPath volumes (${used.length === 1 ? 'volume' : 'volumes'} ${quoted(namesOf(used))})`;
};

const hostPorts: Check = (_, containers) => {
  const portsOf = (container: Json) =>
    listAt(container, 'ports').flatMap((port) => (isObject(port) && port.hostPort ? [String(port.hostPort)] : []));
  const bad = containers.filter((container) => portsOf(container).length > 0);
  const ports = [...new Set(bad.flatMap(portsOf))].sort();
  if (bad.length === 0) return undefined;
  const uses = bad.length === 1 ? 'uses' : 'use';
  return `hostPort (${said(bad)} ${uses} ${ports.length === 1 ? 'hostPort' : 'hostPorts'} ${ports.join(', ')})`;
};

const privileged: Check = (_, containers) => {
  const bad = containers.filter((container) => securityOf(container).privileged === true);
  return bad.length > 0 ? `privileged (${said(bad)} must not set securityContext.privileged=true)` : undefined;
};

const usual = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  ),
);
const added = (container: Json) => listAt(securityOf(container), 'capabilities', 'add').map(String);

const capabilities: Check = (_, containers) => {
  const bad = containers.filter((container) => added(container).some((name) => !usual.has(name)));
  if (bad.length === 0) return undefined;
  const names = [...new Set(bad.flatMap(added).filter((name) => !usual.has(name)))].sort();
  return `non-default capabilities (${said(bad)} must not include ${quoted(names)} in securityContext.capabilities.add)`;
};

const confined = new Set(['RuntimeDefault', 'Localhost']);
const seccompOf = (of: Json) => textAt(securityOf(of), 'seccompProfile', 'type');

/** What is set to something bad, the pod itself or containers of it; undefined when nothing is. */
function badSetters(spec: Json, containers: readonly Json[], isBad: (of: Json) => boolean): string | undefined {
  const bad = containers.filter(isBad);
  const setters = [...(isBad(spec) ? ['pod'] : []), ...(bad.length > 0 ? [said(bad)] : [])];
  return setters.length > 0 ? setters.join(' and ') : undefined;
}

const explicitSeccomp: Check = (spec, containers) => {
  const isBad = (of: Json) => seccompOf(of) !== '' && !confined.has(seccompOf(of));
  const setters = badSetters(spec, containers, isBad);
  if (setters === undefined) return undefined;
  const values = [...new Set([spec, ...containers].filter(isBad).map(seccompOf))].sort();
  return `seccompProfile (${setters} must not set securityContext.seccompProfile.type to ${quoted(values)})`;
};

const seccomp: Check = (spec, containers) => {
  const explicit = explicitSeccomp(spec, containers);
  if (explicit !== undefined || seccompOf(spec) !== '') return explicit;
  const bad = containers.filter((container) => seccompOf(container) === '');
  if (bad.length === 0) return undefined;
  return `seccompProfile (pod or ${said(bad)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")`;
};

const escalation: Check = (_, containers) => {
  const bad = containers.filter((container) => securityOf(container).allowPrivilegeEscalation !== false);
  if (bad.length === 0) return undefined;
  return `allowPrivilegeEscalation != false (${said(bad)} must set securityContext.allowPrivilegeEscalation=false)`;
};

const droppedCapabilities: Check = (_, containers) => {
  const keeping = containers.filter(
    (container) => !listAt(securityOf(container), 'capabilities', 'drop').includes('ALL'),
  );
  const adding = containers.filter((container) => added(container).some((name) => name !== 'NET_BIND_SERVICE'));
  const names = [...new Set(adding.flatMap(added).filter((name) => name !== 'NET_BIND_SERVICE'))].sort();
  const details = [
    ...(keeping.length > 0 ? [`${said(keeping)} must set securityContext.capabilities.drop=["ALL"]`] : []),
    ...(adding.length > 0
      ? [`${said(adding)} must not include ${quoted(names)} in securityContext.capabilities.add`]
      : []),
  ];
  return details.length > 0 ? `unrestricted capabilities (${details.join('; ')})` : undefined;
};

const volumeKinds = 'configMap csi downwardAPI emptyDir ephemeral persistentVolumeClaim projected secret image'.split(
  ' ',
);

const restrictedVolumes: Check = (spec) => {
  const kindOf = (volume: Json) =>
    Object.keys(volume).find((field) => field !== 'name' && isObject(volume[field])) ?? '';
  const bad = listAt(spec, 'volumes')
    .filter(isObject)
    .filter((volume) => kindOf(volume) !== '' && !volumeKinds.includes(kindOf(volume)));
  if (bad.length === 0) return undefined;
  const kinds = [...new Set(bad.map(kindOf))].sort();
  const [volumes, uses] = bad.length === 1 ? ['volume', 'uses'] : ['volumes', 'use'];
  const types = kinds.length === 1 ? 'restricted volume type' : 'restricted volume types';
  return `restricted volume types (${volumes} ${quoted(namesOf(bad))} ${uses} ${types} ${quoted(kinds)})`;
};

const nonRoot: Check = (spec, containers) => {
  const setters = badSetters(spec, containers, (of) => securityOf(of).runAsNonRoot === false);
  if (setters !== undefined) return `runAsNonRoot != true (${setters} must not set securityContext.runAsNonRoot=false)`;
  if (securityOf(spec).runAsNonRoot === true) return undefined;
  const bad = containers.filter((container) => typeof securityOf(container).runAsNonRoot !== 'boolean');
  if (bad.length === 0) return undefined;
  return `runAsNonRoot != true (pod or ${said(bad)} must set securityContext.runAsNonRoot=true)`;
};

const rootUser: Check = (spec, containers) => {
  const setters = badSetters(spec, containers, (of) => securityOf(of).runAsUser === 0);
  return setters === undefined ? undefined : `runAsUser=0 (${setters} must not set runAsUser=0)`;
};

const baseline: readonly Check[] = [capabilities, hostNamespaces, hostPaths, hostPorts, privileged, explicitSeccomp];
// The stricter checks of the same things take the place of the first two and the last.
const restricted: readonly Check[] = [
  hostNamespaces,
  hostPorts,
  privileged,
  escalation,
  droppedCapabilities,
  restrictedVolumes,
  nonRoot,
  rootUser,
  seccomp,
];
