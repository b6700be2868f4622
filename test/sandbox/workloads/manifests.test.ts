import { expect, test } from 'vitest';
import type { KubernetesObject } from '../../../src/kubernetes/object.ts';
import { parseBytes, parseCpu } from '../../../src/kubernetes/quantity.ts';
import type { ContainerSpec, PodSpec } from '../../../src/sandbox/node/pod.ts';
import { tarsManifests } from '../../support/tars-manifests.ts';

const objects = tarsManifests();

interface Deployment extends KubernetesObject {
  spec: {
    replicas: number;
    strategy: { type: string };
    selector: { matchLabels: Record<string, string> };
    template: {
      metadata: { labels: Record<string, string> };
      spec: PodSpec & { securityContext: Record<string, unknown> };
    };
  };
}
interface Service extends KubernetesObject {
  spec: { selector: Record<string, string>; ports: { port: number; targetPort: string }[] };
}

const deployments = objects.filter((object) => object.kind === 'Deployment') as Deployment[];
const services = objects.filter((object) => object.kind === 'Service') as Service[];
const named = (kind: string) => objects.filter((object) => object.kind === kind).map((object) => object.metadata.name);
const containers = deployments.map((one) => ({
  name: one.metadata.name,
  spec: one.spec.template.spec.containers[0] as ContainerSpec & { securityContext?: unknown },
}));

test('everything is in the namespace tars, under the names that the guide uses', () => {
  expect(named('Deployment').sort()).toEqual(['chromadb', 'ollama', 'postgres', 'redis', 'tars-backend']);
  for (const object of objects) if (object.kind !== 'Namespace') expect(object.metadata.namespace).toBe('tars');
  expect(named('Secret')).toEqual([]);
});

test.each(containers)('$name has all three probes, requests and limits, and may do next to nothing', ({ spec }) => {
  for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe'] as const) expect(spec[probe]).toBeDefined();
  const { requests = {}, limits = {} } = spec.resources ?? {};
  expect(parseCpu(limits.cpu ?? '')).toBeGreaterThanOrEqual(parseCpu(requests.cpu ?? ''));
  expect(parseBytes(limits.memory ?? '')).toBeGreaterThanOrEqual(parseBytes(requests.memory ?? ''));
  expect(spec.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  expect(spec.image).toMatch(/:\d/);
});

test.each(deployments)('$metadata.name runs as a user of its own with a seccomp profile', ({ spec }) => {
  const { securityContext } = spec.template.spec;
  expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
  expect(securityContext.fsGroup).toBeGreaterThan(0);
  const writesToClaim = spec.template.spec.volumes?.some((volume) => volume.persistentVolumeClaim);
  expect(spec.strategy.type).toBe(writesToClaim ? 'Recreate' : 'RollingUpdate');
  expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels);
});

test('every Service selects a Deployment that has its port, and every claim is used', () => {
  for (const { spec } of services) {
    const behind = deployments.find((one) => one.spec.selector.matchLabels.app === spec.selector.app);
    const ports = behind?.spec.template.spec.containers[0]?.ports ?? [];
    for (const { port, targetPort } of spec.ports)
      expect(ports).toContainEqual({ name: targetPort, containerPort: port });
  }
  const used = deployments
    .flatMap((one) => one.spec.template.spec.volumes ?? [])
    .flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []);
  expect(used.sort()).toEqual(named('PersistentVolumeClaim').sort());
});

test('at its largest T.A.R.S. fits into the 8 cores and 16 Gi that the guide asks for', () => {
  let cores = 0;
  let bytes = 0;
  for (const { name, spec } of containers) {
    const count = name === 'tars-backend' ? 10 : 1;
    cores += count * parseCpu(spec.resources?.requests?.cpu ?? '');
    bytes += count * parseBytes(spec.resources?.requests?.memory ?? '');
  }
  expect(cores).toBeLessThanOrEqual(8);
  expect(bytes).toBeLessThanOrEqual(16 * 1024 ** 3);
});
