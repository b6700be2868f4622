import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { openCluster } from '../support/cluster.ts';

const cluster = await openCluster();
afterAll(() => cluster.close());

let base = '';
beforeEach(async () => {
  base = `/api/v1/namespaces/${await cluster.namespace()}`;
  // It counts among the ConfigMaps and comes a moment after the namespace.
  await cluster.until(`${base}/configmaps/kube-root-ca.crt`, ({ status }) => status === 200);
});

const create = (path: string, object: object) => cluster.post(`${base}/${path}`, object);

async function quota(hard: Record<string, string>, spec: object = {}): Promise<void> {
  expect((await create('resourcequotas', { metadata: { name: 'q' }, spec: { hard, ...spec } })).status).toBe(201);
  await cluster.until(
    `${base}/resourcequotas/q`,
    ({ body }) => Object.keys(body.status?.used ?? {}).length === Object.keys(hard).length,
  );
}

const used = async () => (await cluster.get(`${base}/resourcequotas/q`)).body.status.used;
const untilUsed = (wanted: Record<string, string>) =>
  cluster.until(`${base}/resourcequotas/q`, ({ body }) =>
    Object.entries(wanted).every(([name, amount]) => body.status.used[name] === amount),
  );

const pod = (name: string, resources: object = {}, spec: object = {}) => ({
  metadata: { name },
  spec: { nodeSelector: { nowhere: 'true' }, containers: [{ name: 'main', image: 'web:1', resources }], ...spec },
});

async function refused(path: string, object: object): Promise<string> {
  const { status, body } = await create(path, object);
  expect(status).toBe(403);
  expect(body.reason).toBe('Forbidden');
  return body.message;
}

it('counts what is there when it comes', async () => {
  await create('pods', pod('one', { requests: { cpu: '100m', memory: '1Gi' } }));
  await create('pods', pod('two', { requests: { cpu: '1.9', memory: '512Mi' }, limits: { memory: '1Gi' } }));
  await quota({
    pods: '5',
    'requests.cpu': '4',
    memory: '4Gi',
    'limits.memory': '8Gi',
    configmaps: '7',
    'count/pods': '9',
  });
  const { body } = await cluster.get(`${base}/resourcequotas/q`);
  expect(body.status).toEqual({
    hard: body.spec.hard,
    used: {
      pods: '2',
      'requests.cpu': '2',
      memory: '1536Mi',
      'limits.memory': '1Gi',
      configmaps: '1',
      'count/pods': '2',
    },
  });
});

it('charges at once and refuses what is too much', async () => {
  await quota({ pods: '2' });
  expect((await create('pods', pod('one'))).status).toBe(201);
  expect(await used()).toEqual({ pods: '1' });
  expect((await create('pods', pod('two'))).status).toBe(201);
  expect(await used()).toEqual({ pods: '2' });
  expect(await refused('pods', pod('three'))).toBe(
    'pods "three" is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2',
  );
});

it('tries without charging', async () => {
  await quota({ configmaps: '2' });
  expect((await create('configmaps?dryRun=All', { metadata: { name: 'a' } })).status).toBe(201);
  expect((await create('configmaps', { metadata: { name: 'a' } })).status).toBe(201);
  expect((await create('configmaps?dryRun=All', { metadata: { name: 'b' } })).status).toBe(403);
});

it('sums requests and limits', async () => {
  await quota({ 'requests.cpu': '1', 'limits.memory': '1Gi' });
  const resources = { requests: { cpu: '600m' }, limits: { memory: '768Mi' } };
  expect((await create('pods', pod('one', resources))).status).toBe(201);
  expect(await used()).toEqual({ 'requests.cpu': '600m', 'limits.memory': '768Mi' });
  expect(await refused('pods', pod('two', resources))).toBe(
    'pods "two" is forbidden: exceeded quota: q, requested: limits.memory=768Mi,requests.cpu=600m, used: limits.memory=768Mi,requests.cpu=600m, limited: limits.memory=1Gi,requests.cpu=1',
  );
});

it('wants amounts for what it limits', async () => {
  await quota({ 'limits.memory': '1Gi', 'requests.cpu': '1' });
  const containers = [
    { name: 'one', image: 'web:1' },
    { name: 'two', image: 'web:1', resources: { requests: { cpu: '1m' } } },
  ];
  expect(await refused('pods', pod('silent', {}, { containers }))).toBe(
    'pods "silent" is forbidden: failed quota: q: must specify limits.memory for: one,two; requests.cpu for: one',
  );
});

it('gives back what goes or finishes', async () => {
  await quota({ pods: '2', 'requests.cpu': '1', 'count/pods': '9' });
  for (const name of ['one', 'two']) await create('pods', pod(name, { requests: { cpu: '500m' } }));
  await cluster.remove(`${base}/pods/one`);
  await untilUsed({ pods: '1', 'requests.cpu': '500m', 'count/pods': '1' });
  await cluster.patch(`${base}/pods/two/status`, { status: { phase: 'Succeeded' } }, 'merge-patch+json');
  await untilUsed({ pods: '0', 'requests.cpu': '0', 'count/pods': '1' });
});

it('counts objects of any kind', async () => {
  await quota({ 'count/deployments.apps': '1', 'count/secrets': '0' });
  const selector = { matchLabels: { app: 'web' } };
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image: 'web:1' }] } };
  const path = base.replace('/api/v1', '/apis/apps/v1');
  const deploy = (name: string) =>
    cluster.post(`${path}/deployments`, { metadata: { name }, spec: { replicas: 0, selector, template } });
  expect((await deploy('one')).status).toBe(201);
  expect((await deploy('two')).body.message).toBe(
    'deployments.apps "two" is forbidden: exceeded quota: q, requested: count/deployments.apps=1, used: count/deployments.apps=1, limited: count/deployments.apps=1',
  );
  expect(await refused('secrets', { metadata: { name: 'a' } })).toContain(
    'requested: count/secrets=1, used: count/secrets=0',
  );
  await cluster.remove(`${path}/deployments/one`);
  await untilUsed({ 'count/deployments.apps': '0' });
});

it('counts services by what they take', async () => {
  await quota({ services: '2', 'services.nodeports': '2', 'services.loadbalancers': '0' });
  const service = (name: string, type: string) => ({ metadata: { name }, spec: { type, ports: [{ port: 80 }] } });
  expect((await create('services', service('a', 'NodePort'))).status).toBe(201);
  expect(await used()).toEqual({ services: '1', 'services.nodeports': '1', 'services.loadbalancers': '0' });
  expect(await refused('services', service('b', 'LoadBalancer'))).toContain(
    'requested: services.loadbalancers=1, used: services.loadbalancers=0',
  );
  expect((await create('services', service('c', 'ClusterIP'))).status).toBe(201);
  const changed = await cluster.patch(`${base}/services/c`, { spec: { type: 'NodePort' } }, 'merge-patch+json');
  expect(changed.status).toBe(200);
  expect(await used()).toMatchObject({ 'services.nodeports': '2' });
});

it('sums the storage of claims, of each class too', async () => {
  const gold = 'gold.storageclass.storage.k8s.io/requests.storage';
  await quota({ 'requests.storage': '3Gi', persistentvolumeclaims: '5', [gold]: '1Gi' });
  const claim = (name: string, storage: string, storageClassName: string) => ({
    metadata: { name },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } }, storageClassName },
  });
  expect((await create('persistentvolumeclaims', claim('a', '1Gi', 'gold'))).status).toBe(201);
  expect(await used()).toEqual({ 'requests.storage': '1Gi', persistentvolumeclaims: '1', [gold]: '1Gi' });
  expect(await refused('persistentvolumeclaims', claim('b', '1Mi', 'gold'))).toContain(
    `requested: ${gold}=1Mi, used: ${gold}=1Gi`,
  );
  expect(await refused('persistentvolumeclaims', claim('c', '4Gi', 'iron'))).toContain(
    'requested: requests.storage=4Gi',
  );
});

describe('with scopes', () => {
  it('holds what is in them only', async () => {
    await quota({ pods: '0' }, { scopes: ['BestEffort'] });
    expect((await create('pods', pod('burst', { requests: { cpu: '1m' } }))).status).toBe(201);
    expect(await refused('pods', pod('effort'))).toContain(
      'exceeded quota: q, requested: pods=1, used: pods=0, limited: pods=0',
    );
  });

  it('knows pods with a deadline', async () => {
    await quota({ pods: '0' }, { scopes: ['Terminating'] });
    expect((await create('pods', pod('long'))).status).toBe(201);
    expect(await refused('pods', pod('short', {}, { activeDeadlineSeconds: 60 }))).toContain('exceeded quota');
  });

  it('knows priority classes', async () => {
    const matchExpressions = [{ scopeName: 'PriorityClass', operator: 'In', values: ['system-node-critical'] }];
    await quota({ pods: '0' }, { scopeSelector: { matchExpressions } });
    expect((await create('pods', pod('common'))).status).toBe(201);
    expect(await refused('pods', pod('critical', {}, { priorityClassName: 'system-node-critical' }))).toContain(
      'exceeded quota',
    );
  });
});
