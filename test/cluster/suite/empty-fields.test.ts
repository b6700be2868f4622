import { afterAll, expect, it } from 'vitest';
import { openCluster } from '../support/cluster.ts';

const cluster = await openCluster();
const namespace = await cluster.namespace();
afterAll(() => cluster.close());

const inGroup = (group: string) => `/apis/${group}/namespaces/${namespace}`;
const core = `/api/v1/namespaces/${namespace}`;
const container = { name: 'a', image: 'a:1' };

async function made(collection: string, object: object) {
  const { status, text, body } = await cluster.post(collection, object);
  expect(status, text).toBe(201);
  return body;
}

it('metadata keeps nothing that is empty', async () => {
  const empty = { generateName: '', labels: {}, annotations: {}, finalizers: [], ownerReferences: [] };
  const { metadata: all, ...rest } = await made(`${core}/configmaps`, {
    metadata: { name: 'empty', ...empty },
    data: {},
    binaryData: null,
    immutable: false,
  });
  const { managedFields, ...metadata } = all;
  expect(managedFields).toMatchObject([{ fieldsV1: { 'f:immutable': {} } }]);
  expect(Object.keys(metadata).sort()).toEqual(['creationTimestamp', 'name', 'namespace', 'resourceVersion', 'uid']);
  // What is a pointer in Go is kept whatever it holds.
  expect(rest).toEqual({ apiVersion: 'v1', kind: 'ConfigMap', immutable: false });
});

it('a needed list that nobody gave is null', async () => {
  const role = await made(`${inGroup('rbac.authorization.k8s.io/v1')}/roles`, { metadata: { name: 'none' } });
  expect(role.rules).toBeNull();
  const empty = { metadata: { name: 'empty' }, rules: [] };
  expect((await made(`${inGroup('rbac.authorization.k8s.io/v1')}/roles`, empty)).rules).toBeNull();
  const slice = { metadata: { name: 'none' }, addressType: 'IPv4' };
  const { endpoints, ports } = await made(`${inGroup('discovery.k8s.io/v1')}/endpointslices`, slice);
  expect({ endpoints, ports }).toEqual({ endpoints: null, ports: null });
});

it('an autoscaler that has measured nothing has a null for it', async () => {
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'none' };
  const spec = { maxReplicas: 3, scaleTargetRef };
  const { status } = await made(`${inGroup('autoscaling/v2')}/horizontalpodautoscalers`, {
    metadata: { name: 'new' },
    spec,
  });
  expect(status).toEqual({ currentMetrics: null, desiredReplicas: 0 });
});

it('structs are always there, and in them what is always written', async () => {
  const labels = { a: 'b' };
  const pod = { hostNetwork: false, nodeName: '', volumes: [], containers: [{ ...container, args: [], tty: false }] };
  const { spec, status } = await made(`${inGroup('apps/v1')}/statefulsets`, {
    metadata: { name: 'structs' },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels, matchExpressions: [] },
      template: { metadata: { labels }, spec: pod },
      volumeClaimTemplates: [
        {
          metadata: { name: 'c' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
    },
  });
  expect(status).toEqual({ availableReplicas: 0, replicas: 0 });
  expect(spec.serviceName).toBe('');
  expect(spec.selector).toEqual({ matchLabels: labels });
  expect(spec.volumeClaimTemplates[0].status).toEqual({ phase: 'Pending' });
  const { containers, ...rest } = spec.template.spec;
  expect(Object.keys(containers[0]).sort()).toEqual([
    'image',
    'imagePullPolicy',
    'name',
    'resources',
    'terminationMessagePath',
    'terminationMessagePolicy',
  ]);
  expect(Object.keys(rest).sort()).toEqual([
    'dnsPolicy',
    'restartPolicy',
    'schedulerName',
    'securityContext',
    'terminationGracePeriodSeconds',
  ]);
});

it('times that are not known are null', async () => {
  const { eventTime, firstTimestamp, lastTimestamp, metadata, source } = await made(`${core}/events`, {
    metadata: { name: 'e' },
    involvedObject: { namespace },
  });
  expect({ eventTime, firstTimestamp, lastTimestamp, source }).toEqual({
    eventTime: null,
    firstTimestamp: null,
    lastTimestamp: null,
    source: {},
  });
  expect(metadata.creationTimestamp).not.toBeNull();
  await made(`${core}/pods`, { metadata: { name: 'p' }, spec: { schedulerName: 'none', containers: [container] } });
  const conditions = [{ type: 'example.com/ready', status: 'True' }];
  const { body } = await cluster.patch(`${core}/pods/p/status`, { status: { conditions } }, 'merge-patch+json');
  expect(body.status.conditions).toEqual([
    { type: 'example.com/ready', status: 'True', lastProbeTime: null, lastTransitionTime: null },
  ]);
});

it('nobody owns what is always written', async () => {
  const { metadata } = await made('/api/v1/namespaces?dryRun=All', { metadata: { name: `${namespace}-owned` } });
  expect(metadata.managedFields).toMatchObject([
    { manager: 'suite', fieldsV1: { 'f:metadata': { 'f:labels': { '.': {}, 'f:kubernetes.io/metadata.name': {} } } } },
  ]);
});
