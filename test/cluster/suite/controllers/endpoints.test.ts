import { afterAll, describe, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';
import { container, create, deployment, pod, uniqueName } from './cluster-objects.ts';

const cluster = await openCluster();
const namespace = await cluster.namespace();
const within = `/api/v1/namespaces/${namespace}`;
const slices = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;
const leftovers: string[] = [];
afterAll(async () => {
  for (const path of leftovers) await cluster.remove(path);
  await cluster.close();
});

const service = (name: string, spec: object, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, ...metadata },
  spec: { selector: { app: name }, ports: [{ port: 80 }], ...spec },
});
const makeService = (name: string, spec: object = {}, metadata: object = {}) =>
  create(cluster, `${within}/services`, service(name, spec, metadata));

/** The slices of a Service once they are as wanted. */
async function slicesOf(name: string, wanted: (slices: Slice[]) => boolean): Promise<Slice[]> {
  const path = `${slices}?labelSelector=kubernetes.io%2Fservice-name%3D${name}`;
  return (await cluster.until(path, ({ body }) => wanted(body?.items ?? []))).body.items;
}

interface Endpoint {
  addresses: string[];
  conditions: { ready: boolean; serving: boolean; terminating: boolean };
  nodeName: string;
  targetRef: object;
}

interface Slice {
  metadata: {
    name: string;
    generateName: string;
    labels: Record<string, string>;
    ownerReferences: object[];
  };
  addressType: string;
  endpoints: Endpoint[];
  ports: object[];
}

const endpointsOf = (slices: Slice[]) => slices.flatMap(({ endpoints }) => endpoints ?? []);
const readyCount = (slices: Slice[]) => endpointsOf(slices).filter(({ conditions }) => conditions.ready).length;
const endpoints = (name: string) => `${within}/endpoints/${name}`;

/** Ready only while nobody says otherwise: nothing listens on the port that the probe asks. */
const never = { readinessProbe: { tcpSocket: { port: 9 }, periodSeconds: 1 } };

describe.skipIf(!cluster.ours)('a Service', () => {
  it('has its ready pods in a slice and in Endpoints, with labels, owner and named ports', async () => {
    const named = container({ ports: [{ name: 'web', containerPort: 8080 }] });
    await create(
      cluster,
      `/apis/apps/v1/namespaces/${namespace}/deployments`,
      deployment('plain', 2, { spec: { containers: [named] } }),
    );
    const ports = [
      { name: 'http', port: 80, targetPort: 'web', appProtocol: 'http' },
      { name: 'admin', port: 81, targetPort: 9000 },
    ];
    const { metadata } = await makeService('plain', { ports }, { labels: { tier: 'front' } });
    const [slice] = await slicesOf('plain', (slices) => readyCount(slices) === 2);
    expect(slice).toMatchObject({ addressType: 'IPv4' });
    expect(slice?.metadata.generateName).toBe('plain-');
    expect(slice?.metadata.name).toMatch(/^plain-[a-z0-9]{5}$/);
    expect(slice?.metadata.labels).toEqual({
      tier: 'front',
      'kubernetes.io/service-name': 'plain',
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    });
    expect(slice?.metadata.ownerReferences).toEqual([
      {
        apiVersion: 'v1',
        kind: 'Service',
        name: 'plain',
        uid: metadata.uid,
        controller: true,
        blockOwnerDeletion: true,
      },
    ]);
    expect(slice?.ports).toEqual(
      expect.arrayContaining([
        { name: 'http', port: 8080, protocol: 'TCP', appProtocol: 'http' },
        { name: 'admin', port: 9000, protocol: 'TCP' },
      ]),
    );
    expect(slice?.endpoints[0]).toEqual({
      addresses: [expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/)],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: expect.stringMatching(/^node-/),
      targetRef: { kind: 'Pod', namespace, name: expect.stringMatching(/^plain-/), uid: expect.any(String) },
    });
    const { body } = await cluster.until(endpoints('plain'), ({ body }) => body?.subsets?.[0]?.addresses?.length === 2);
    expect(body.metadata.labels).toEqual({
      tier: 'front',
      'endpoints.kubernetes.io/managed-by': 'endpoint-controller',
    });
    expect(body.subsets).toHaveLength(1);
    expect(body.subsets[0].ports).toEqual(
      expect.arrayContaining([
        { name: 'http', port: 8080, protocol: 'TCP', appProtocol: 'http' },
        { name: 'admin', port: 9000, protocol: 'TCP' },
      ]),
    );
    expect(body.subsets[0].addresses[0]).toEqual({
      ip: expect.any(String),
      nodeName: expect.stringMatching(/^node-/),
      targetRef: { kind: 'Pod', namespace, name: expect.any(String), uid: expect.any(String) },
    });
    const addresses = body.subsets[0].addresses.map(({ ip }: { ip: string }) => ip);
    expect(addresses).toEqual([...addresses].sort());
    await cluster.remove(`${within}/services/plain`);
    await slicesOf('plain', (slices) => slices.length === 0);
    await cluster.until(endpoints('plain'), ({ status }) => status === 404);
  });

  it('keeps pods that are not ready apart, unless they are to be published', async () => {
    await create(
      cluster,
      `${within}/pods`,
      pod('unready', { containers: [container(never)] }, { labels: { app: 'unready' } }),
    );
    await makeService('unready');
    await makeService('published', { selector: { app: 'unready' }, publishNotReadyAddresses: true });
    const seen = await slicesOf('unready', (slices) => endpointsOf(slices).length === 1);
    expect(endpointsOf(seen)[0]?.conditions).toEqual({ ready: false, serving: false, terminating: false });
    const { body } = await cluster.until(endpoints('unready'), ({ body }) => body?.subsets !== undefined);
    expect(body.subsets).toEqual([
      {
        notReadyAddresses: [expect.objectContaining({ ip: expect.any(String) })],
        ports: [{ port: 80, protocol: 'TCP' }],
      },
    ]);
    const published = await slicesOf('published', (slices) => endpointsOf(slices).length === 1);
    expect(endpointsOf(published)[0]?.conditions).toEqual({ ready: true, serving: false, terminating: false });
    const { body: listed } = await cluster.until(endpoints('published'), ({ body }) => body?.subsets !== undefined);
    expect(listed.subsets[0].addresses).toHaveLength(1);
  });

  it('keeps pods that are ending in its slices while they still serve, not in Endpoints', async () => {
    // Nobody runs this node's pods, so nobody ends them.
    const nodeName = uniqueName('suite-still');
    leftovers.push(`/api/v1/nodes/${nodeName}`);
    await create(cluster, '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: nodeName } });
    await create(cluster, `${within}/pods`, pod('ending', { nodeName }, { labels: { app: 'ending' } }));
    const status = {
      phase: 'Running',
      podIP: '192.0.2.50',
      podIPs: [{ ip: '192.0.2.50' }],
      conditions: [{ type: 'Ready', status: 'True' }],
    };
    await cluster.patch(`${within}/pods/ending/status`, { status }, 'merge-patch+json');
    await makeService('ending');
    await slicesOf('ending', (slices) => readyCount(slices) === 1);
    await cluster.remove(`${within}/pods/ending`, { gracePeriodSeconds: 30 });
    const seen = await slicesOf('ending', (slices) =>
      endpointsOf(slices).some(({ conditions }) => conditions.terminating),
    );
    expect(endpointsOf(seen)[0]?.conditions).toEqual({ ready: false, serving: true, terminating: true });
    await cluster.until(endpoints('ending'), ({ body }) => body?.subsets === undefined);
    await cluster.remove(`${within}/pods/ending`, { gracePeriodSeconds: 0 });
    await slicesOf('ending', (slices) => slices.length === 1 && endpointsOf(slices).length === 0);
  });

  it('has an empty slice and empty Endpoints while nobody is there', async () => {
    await makeService('empty');
    const [slice] = await slicesOf('empty', (slices) => slices.length === 1);
    expect([slice?.endpoints ?? null, slice?.ports ?? null]).toEqual([null, null]);
    const { body } = await cluster.until(endpoints('empty'), ({ status }) => status === 200);
    expect(body.subsets).toBeUndefined();
  });

  it('is marked as headless where it is', async () => {
    await makeService('headless', { clusterIP: 'None' });
    const [slice] = await slicesOf('headless', (slices) => slices.length === 1);
    expect(slice?.metadata.labels['service.kubernetes.io/headless']).toBe('');
    const { body } = await cluster.until(endpoints('headless'), ({ status }) => status === 200);
    expect(body.metadata.labels['service.kubernetes.io/headless']).toBe('');
  });

  it('has as many slices as its pods have different ports', async () => {
    const listening = (port: number) => ({
      containers: [container({ ports: [{ name: 'web', containerPort: port }] })],
    });
    for (const [name, port] of [
      ['one', 8081],
      ['two', 8082],
    ] as const)
      await create(cluster, `${within}/pods`, pod(`mixed-${name}`, listening(port), { labels: { app: 'mixed' } }));
    await makeService('mixed', { ports: [{ port: 80, targetPort: 'web' }] });
    const seen = await slicesOf('mixed', (slices) => slices.length === 2 && readyCount(slices) === 2);
    expect(seen.map(({ ports }) => ports)).toEqual(
      expect.arrayContaining([
        [{ name: '', port: 8081, protocol: 'TCP' }],
        [{ name: '', port: 8082, protocol: 'TCP' }],
      ]),
    );
    const { body } = await cluster.until(endpoints('mixed'), ({ body }) => body?.subsets?.length === 2);
    expect(body.subsets.map((subset: { ports: object[] }) => subset.ports)).toEqual(
      expect.arrayContaining([[{ port: 8081, protocol: 'TCP' }], [{ port: 8082, protocol: 'TCP' }]]),
    );
  });

  it('without a selector has the addresses that somebody writes, mirrored into a slice', async () => {
    await makeService('manual', { selector: null });
    await create(cluster, `${within}/endpoints`, {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { name: 'manual', labels: { mine: 'yes' } },
      subsets: [
        {
          addresses: [{ ip: '192.0.2.10' }],
          notReadyAddresses: [{ ip: '192.0.2.11' }],
          ports: [{ name: 'db', port: 5432, protocol: 'TCP' }],
        },
      ],
    });
    const [slice] = await slicesOf('manual', (slices) => slices.length === 1);
    expect(slice?.metadata.labels).toEqual({
      mine: 'yes',
      'kubernetes.io/service-name': 'manual',
      'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
    });
    expect(slice?.metadata.ownerReferences).toMatchObject([{ kind: 'Endpoints', name: 'manual', controller: true }]);
    // In no order: the real controller keeps them in a map of Go.
    expect(slice?.endpoints).toHaveLength(2);
    expect(slice?.endpoints).toEqual(
      expect.arrayContaining([
        { addresses: ['192.0.2.10'], conditions: { ready: true } },
        { addresses: ['192.0.2.11'], conditions: { ready: false } },
      ]),
    );
    expect(slice?.ports).toEqual([{ name: 'db', port: 5432, protocol: 'TCP' }]);
    const addresses = [{ ip: '192.0.2.12' }];
    await cluster.patch(
      endpoints('manual'),
      { subsets: [{ addresses, ports: [{ port: 1, protocol: 'TCP' }] }] },
      'merge-patch+json',
    );
    await slicesOf('manual', (slices) => endpointsOf(slices).some(({ addresses }) => addresses[0] === '192.0.2.12'));
    await cluster.remove(endpoints('manual'));
    await slicesOf('manual', (slices) => slices.length === 0);
  });
});
