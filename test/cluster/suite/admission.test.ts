import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCluster } from '../support/cluster.ts';

const cluster = await openCluster();
afterAll(() => cluster.close());

let namespace = '';
let base = '';
beforeAll(async () => {
  namespace = await cluster.namespace();
  base = `/api/v1/namespaces/${namespace}`;
});

const pod = (name: string, spec: object = {}, container: object = {}) => ({
  metadata: { name },
  spec: { nodeSelector: { nowhere: 'true' }, containers: [{ name: 'main', image: 'web:1', ...container }], ...spec },
});
const create = (path: string, object: object) => cluster.post(`${base}/${path}`, object);

describe('namespaces', () => {
  it('that are not there take nothing', async () => {
    const { status, body } = await cluster.post('/api/v1/namespaces/no-such-namespace/configmaps', {
      metadata: { name: 'a' },
    });
    expect(status).toBe(404);
    expect(body).toMatchObject({
      message: 'namespaces "no-such-namespace" not found',
      details: { name: 'no-such-namespace', kind: 'namespaces' },
    });
  });

  it.skipIf(!cluster.ours)('that are leaving take nothing new', async () => {
    const name = `${namespace}-leaving`;
    await cluster.post('/api/v1/namespaces', {
      metadata: { name },
      spec: { finalizers: ['kubernetes', 'suite.example.com/hold'] },
    });
    await cluster.remove(`/api/v1/namespaces/${name}`);
    const { status, body } = await cluster.post(`/api/v1/namespaces/${name}/configmaps`, {
      metadata: { generateName: 'a-' },
    });
    expect(status).toBe(403);
    expect(body.message).toBe(
      `configmaps "a-" is forbidden: unable to create new content in namespace ${name} because it is being terminated`,
    );
    expect(body.details).toEqual({
      name: 'a-',
      kind: 'configmaps',
      causes: [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${name} is being terminated`,
          field: 'metadata.namespace',
        },
      ],
    });
    await cluster.put(`/api/v1/namespaces/${name}/finalize`, {
      metadata: { name },
      spec: { finalizers: ['kubernetes'] },
    });
  });

  it.skipIf(!cluster.ours).each(['default', 'kube-system', 'kube-public'])('%s stays', async (name) => {
    const { status, body } = await cluster.remove(`/api/v1/namespaces/${name}?dryRun=All`);
    expect(status).toBe(403);
    expect(body.message).toBe(`namespaces "${name}" is forbidden: this namespace may not be deleted`);
  });
});

describe('a new pod', () => {
  it('gets tolerations for nodes that fail, and a priority', async () => {
    const { body } = await create('pods', pod('plain'));
    const failing = { operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 };
    expect(body.spec.tolerations).toEqual([
      { key: 'node.kubernetes.io/not-ready', ...failing },
      { key: 'node.kubernetes.io/unreachable', ...failing },
    ]);
    expect(body.spec).toMatchObject({
      priority: 0,
      preemptionPolicy: 'PreemptLowerPriority',
      enableServiceLinks: true,
    });
  });

  it('keeps the tolerations that it has', async () => {
    const own = { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 };
    const { body } = await create('pods', pod('tolerant', { tolerations: [own] }));
    expect(
      body.spec.tolerations.map(({ tolerationSeconds }: { tolerationSeconds: number }) => tolerationSeconds),
    ).toEqual([5, 300]);
    const every = await create('pods', pod('tolerant-of-all', { tolerations: [{ operator: 'Exists' }] }));
    expect(every.body.spec.tolerations).toEqual([{ operator: 'Exists' }]);
  });

  it('gets the number of its priority class', async () => {
    const { body } = await create('pods', pod('important', { priorityClassName: 'system-node-critical' }));
    expect(body.spec).toMatchObject({ priority: 2000001000, priorityClassName: 'system-node-critical' });
  });

  it.each([
    [{ priorityClassName: 'nothing' }, 'no PriorityClass with name nothing was found'],
    [
      { priority: 5 },
      'the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name',
    ],
    [
      { preemptionPolicy: 'Never' },
      'the string value of PreemptionPolicy (Never) must not be provided in pod spec; priority admission controller computed PreemptLowerPriority from the given PriorityClass name',
    ],
    [{ runtimeClassName: 'nothing' }, 'pod rejected: RuntimeClass "nothing" not found'],
  ])('is refused with %j', async (spec, why) => {
    const { status, body } = await create('pods', pod('refused', spec));
    expect(status).toBe(403);
    expect(body.message).toBe(`pods "refused" is forbidden: ${why}`);
  });

  it.skipIf(!cluster.ours)('has the default class, of which there is one', async () => {
    const path = '/apis/scheduling.k8s.io/v1/priorityclasses';
    const name = `${namespace}-default`;
    const made = await cluster.post(path, {
      metadata: { name },
      value: 7,
      globalDefault: true,
      preemptionPolicy: 'Never',
    });
    expect(made.status).toBe(201);
    try {
      const second = await cluster.post(path, { metadata: { name: `${name}-2` }, value: 8, globalDefault: true });
      expect(second.status).toBe(403);
      expect(second.body.message).toBe(
        `priorityclasses.scheduling.k8s.io "${name}-2" is forbidden: PriorityClass ${name} is already marked as default. Only one default can exist`,
      );
      let spec: { priorityClassName?: string } = {};
      for (let tries = 0; spec.priorityClassName !== name && tries < 100; tries += 1)
        spec = (await cluster.post(`${base}/pods?dryRun=All`, pod('common'))).body.spec;
      expect(spec).toMatchObject({ priorityClassName: name, priority: 7, preemptionPolicy: 'Never' });
    } finally {
      await cluster.remove(`${path}/${name}`);
    }
  });
});

describe('a LimitRange', () => {
  beforeAll(async () => {
    const limits = [
      {
        type: 'Container',
        max: { cpu: '1', memory: '1Gi' },
        min: { cpu: '100m' },
        default: { cpu: '500m' },
        defaultRequest: { cpu: '200m', memory: '64Mi' },
        maxLimitRequestRatio: { cpu: '4' },
      },
      { type: 'Pod', max: { cpu: '1500m' } },
      { type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '5Gi' } },
    ];
    const made = await create('limitranges', { metadata: { name: 'limits' }, spec: { limits } });
    expect(made.body.spec.limits[0].default).toEqual({ cpu: '500m', memory: '1Gi' });
    // A real server looks the limits up in a cache.
    for (let tries = 0; tries < 100; tries += 1) {
      const { body } = await cluster.post(`${base}/pods?dryRun=All`, pod('probe'));
      if (body.metadata.annotations) break;
    }
  });

  it('fills in what a container does not say, and says so', async () => {
    const { body } = await create('pods', pod('filled', { initContainers: [{ name: 'first', image: 'web:1' }] }));
    const resources = { limits: { cpu: '500m', memory: '1Gi' }, requests: { cpu: '200m', memory: '64Mi' } };
    expect(body.spec.containers[0].resources).toEqual(resources);
    expect(body.spec.initContainers[0].resources).toEqual(resources);
    expect(body.metadata.annotations).toEqual({
      'kubernetes.io/limit-ranger':
        'LimitRanger plugin set: cpu, memory request for container main; cpu, memory limit for container main; cpu, memory request for init container first; cpu, memory limit for init container first',
    });
    expect(body.status.qosClass).toBe('Burstable');
  });

  it('leaves alone what a container says', async () => {
    const { body } = await create('pods', pod('saying', {}, { resources: { limits: { memory: '1Gi' } } }));
    expect(body.spec.containers[0].resources).toEqual({
      limits: { cpu: '500m', memory: '1Gi' },
      requests: { cpu: '200m', memory: '1Gi' },
    });
  });

  it('refuses what is outside, all at once', async () => {
    const resources = { requests: { cpu: '50m' }, limits: { cpu: '2', memory: '2Gi' } };
    const { status, body } = await create('pods', pod('outside', {}, { resources }));
    expect(status).toBe(403);
    const [, list = ''] = /^pods "outside" is forbidden: \[(.*)\]$/.exec(body.message) ?? [];
    expect(list.split(/, (?=minimum|maximum|cpu max)/).sort()).toEqual([
      'cpu max limit to request ratio per Container is 4, but provided ratio is 40.000000',
      'maximum cpu usage per Container is 1, but limit is 2',
      'maximum cpu usage per Pod is 1500m, but limit is 2',
      'maximum memory usage per Container is 1Gi, but limit is 2Gi',
      'minimum cpu usage per Container is 100m, but request is 50m',
    ]);
  });

  it.each([
    ['100Mi', 'minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 100Mi'],
    ['6Gi', 'maximum storage usage per PersistentVolumeClaim is 5Gi, but request is 6Gi'],
  ])('refuses a claim of %s', async (storage, why) => {
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } };
    const { status, body } = await create('persistentvolumeclaims', { metadata: { name: 'claim' }, spec });
    expect(status).toBe(403);
    expect(body.message).toBe(`persistentvolumeclaims "claim" is forbidden: ${why}`);
  });
});

describe('a new claim', () => {
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };

  it('is protected while it is in use', async () => {
    const { body } = await create('persistentvolumeclaims', { metadata: { name: 'protected' }, spec });
    expect(body.metadata.finalizers).toEqual(['kubernetes.io/pvc-protection']);
  });

  it.skipIf(!cluster.ours)('gets the default class unless it names one, be it an empty one', async () => {
    const standard = await create('persistentvolumeclaims', { metadata: { name: 'standard' }, spec });
    expect(standard.body.spec.storageClassName).toBe('standard');
    const none = await create('persistentvolumeclaims', {
      metadata: { name: 'none' },
      spec: { ...spec, storageClassName: '' },
    });
    expect(none.body.spec.storageClassName).toBe('');
  });

  it.skipIf(!cluster.ours)('cannot grow where its class does not allow it', async () => {
    const name = `${namespace}-fixed`;
    await cluster.post('/apis/storage.k8s.io/v1/storageclasses', {
      metadata: { name },
      provisioner: 'kubernetes.io/no-provisioner',
    });
    const volume = { capacity: { storage: '1Gi' }, hostPath: { path: '/tmp' }, accessModes: ['ReadWriteOnce'] };
    await cluster.post('/api/v1/persistentvolumes', {
      metadata: { name },
      spec: { ...volume, storageClassName: name },
    });
    await create('persistentvolumeclaims', { metadata: { name: 'fixed' }, spec: { ...spec, storageClassName: name } });
    const path = `${base}/persistentvolumeclaims/fixed`;
    await cluster.until(path, ({ body }) => body.status.phase === 'Bound');
    const more = { spec: { resources: { requests: { storage: '2Gi' } } } };
    const { status, body } = await cluster.patch(path, more, 'merge-patch+json');
    expect(status).toBe(403);
    expect(body.message).toBe(
      'persistentvolumeclaims "fixed" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    );
    await cluster.remove(path);
    await cluster.remove(`/api/v1/persistentvolumes/${name}`);
    await cluster.remove(`/apis/storage.k8s.io/v1/storageclasses/${name}`);
  });
});

it.skipIf(!cluster.ours)('a new volume is protected', async () => {
  const name = `${namespace}-volume`;
  const spec = {
    capacity: { storage: '1Gi' },
    accessModes: ['ReadWriteOnce'],
    hostPath: { path: '/tmp' },
    storageClassName: 'x',
  };
  const { status, body } = await cluster.post('/api/v1/persistentvolumes', { metadata: { name }, spec });
  expect(status).toBe(201);
  expect(body.metadata.finalizers).toEqual(['kubernetes.io/pv-protection']);
  await cluster.remove(`/api/v1/persistentvolumes/${name}`);
});

it.skipIf(!cluster.ours)('a new Ingress gets the default class unless it names one', async () => {
  const classes = '/apis/networking.k8s.io/v1/ingressclasses';
  const marked = await cluster.get(classes);
  const wanted = marked.body.items.find(
    (item: { metadata: { annotations?: Record<string, string> } }) =>
      item.metadata.annotations?.['ingressclass.kubernetes.io/is-default-class'] === 'true',
  );
  const defaultBackend = { service: { name: 'web', port: { number: 80 } } };
  const post = (name: string, annotations = {}) =>
    cluster.post(`/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`, {
      metadata: { name, annotations },
      spec: { defaultBackend },
    });
  expect((await post('common')).body.spec.ingressClassName).toBe(wanted?.metadata.name);
  expect(
    (await post('special', { 'kubernetes.io/ingress.class': 'other' })).body.spec.ingressClassName,
  ).toBeUndefined();
});

describe.skipIf(!cluster.ours)('a namespace with a security standard', () => {
  const namespaceOf: Record<string, string> = {};
  beforeAll(async () => {
    for (const level of ['baseline', 'restricted']) {
      namespaceOf[level] = `${namespace}-${level}`;
      const labels = { 'pod-security.kubernetes.io/enforce': level };
      await cluster.post('/api/v1/namespaces', { metadata: { name: namespaceOf[level], labels } });
      await cluster.until(
        `/api/v1/namespaces/${namespaceOf[level]}/serviceaccounts/default`,
        ({ status }) => status === 200,
      );
    }
  });
  afterAll(async () => {
    for (const name of Object.values(namespaceOf)) await cluster.remove(`/api/v1/namespaces/${name}`);
  });
  const post = (level: string, object: object) =>
    cluster.post(`/api/v1/namespaces/${namespaceOf[level]}/pods?dryRun=All`, object);

  const bad = pod(
    'bad',
    {
      hostNetwork: true,
      hostPID: true,
      securityContext: { runAsUser: 0, seccompProfile: { type: 'Unconfined' } },
      volumes: [
        { name: 'h', hostPath: { path: '/x' } },
        { name: 'n', nfs: { server: 'a', path: '/' } },
      ],
    },
    {
      ports: [{ containerPort: 80, hostPort: 80 }],
      securityContext: { privileged: true, runAsNonRoot: false, capabilities: { add: ['NET_ADMIN', 'CHOWN'] } },
    },
  );

  it.each([
    [
      'baseline',
      'non-default capabilities (container "main" must not include "NET_ADMIN" in securityContext.capabilities.add), host namespaces (hostNetwork=true, hostPID=true), hostPath volumes (volume "h"), hostPort (container "main" uses hostPort 80), privileged (container "main" must not set securityContext.privileged=true), seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
    [
      'restricted',
      'host namespaces (hostNetwork=true, hostPID=true), hostPort (container "main" uses hostPort 80), privileged (container "main" must not set securityContext.privileged=true), allowPrivilegeEscalation != false (container "main" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "main" must set securityContext.capabilities.drop=["ALL"]; container "main" must not include "CHOWN", "NET_ADMIN" in securityContext.capabilities.add), restricted volume types (volumes "h", "n" use restricted volume types "hostPath", "nfs"), runAsNonRoot != true (container "main" must not set securityContext.runAsNonRoot=false), runAsUser=0 (pod must not set runAsUser=0), seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
  ])('of %s says all that is wrong', async (level, faults) => {
    const { status, body } = await post(level, bad);
    expect(status).toBe(403);
    expect(body.message).toBe(`pods "bad" is forbidden: violates PodSecurity "${level}:latest": ${faults}`);
  });

  it('takes a plain pod by one standard and not by the other', async () => {
    expect((await post('baseline', pod('plain'))).status).toBe(201);
    const { body } = await post('restricted', pod('plain'));
    expect(body.message).toContain('pod or container "main" must set securityContext.runAsNonRoot=true');
  });

  it('takes a pod that gives up its rights', async () => {
    const securityContext = {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    };
    expect((await post('restricted', pod('good', {}, { securityContext }))).status).toBe(201);
  });

  it('judges what the sandbox leaves out (`pod-security-rest` among the divergences)', async () => {
    const securityContext = { seLinuxOptions: { type: 'odd_t' } };
    const { status } = await post('baseline', pod('labelled', {}, { securityContext }));
    expect(status).toBe(cluster.on === 'sandbox' ? 201 : 403);
  });
});
