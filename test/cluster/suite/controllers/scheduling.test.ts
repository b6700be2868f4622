import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';
import { container, create, eventAbout, pod, uniqueName } from './cluster-objects.ts';

const cluster = await openCluster();
const namespace = await cluster.namespace();
const pods = `/api/v1/namespaces/${namespace}/pods`;
const nodes = '/api/v1/nodes';
/** Nodes of the tests' own: nobody runs their pods, so that nothing but the scheduler is looked at. */
const [left, right] = [uniqueName('suite-left'), uniqueName('suite-right')];
const group = uniqueName('group');
const ours = { 'suite-group': group };
const leftovers: string[] = [];

const capacity = { cpu: '2', memory: '4Gi', 'ephemeral-storage': '10Gi', pods: '10' };

async function addNode(name: string, labels: object, spec: object = {}): Promise<void> {
  leftovers.push(`${nodes}/${name}`);
  const taints = [{ key: 'suite-group', value: group, effect: 'NoSchedule' }];
  const metadata = { name, labels: { 'kubernetes.io/hostname': name, ...ours, ...labels } };
  await create(cluster, nodes, { apiVersion: 'v1', kind: 'Node', metadata, spec: { taints, ...spec } });
  const conditions = [{ type: 'Ready', status: 'True', reason: 'KubeletReady', lastHeartbeatTime: new Date() }];
  await cluster.patch(
    `${nodes}/${name}/status`,
    { status: { capacity, allocatable: capacity, conditions } },
    'merge-patch+json',
  );
  // New nodes carry a taint until the control plane has seen that they are ready.
  await cluster.until(`${nodes}/${name}`, ({ body }) =>
    (body.spec.taints ?? []).every(({ key }: { key: string }) => key === 'suite-group'),
  );
}

beforeAll(async () => {
  if (!cluster.ours) return;
  await addNode(left, { side: 'left', zone: 'a', size: '5' });
  await addNode(right, { side: 'right', zone: 'b', size: '9' });
});
afterAll(async () => {
  for (const path of leftovers) await cluster.remove(path);
  const { body } = await cluster.get(pods);
  for (const { metadata } of body.items) await cluster.remove(`${pods}/${metadata.name}`, { gracePeriodSeconds: 0 });
  await cluster.close();
});

const toleration = { key: 'suite-group', operator: 'Equal', value: group, effect: 'NoSchedule' };

/** A pod for the two nodes of the tests. */
function here(name: string, spec: object = {}, metadata: object = {}): object {
  return pod(name, { tolerations: [toleration], nodeSelector: ours, ...spec }, metadata);
}

const requests = (amounts: object) => ({ containers: [container({ resources: { requests: amounts } })] });

async function placed(name: string): Promise<string> {
  const { body } = await cluster.until(`${pods}/${name}`, ({ body }) => body.spec.nodeName !== undefined);
  return body.spec.nodeName;
}

/** The condition of a pod that fits nowhere, and its event; node counts are of the whole cluster. */
async function refused(name: string): Promise<string> {
  const { body } = await cluster.until(`${pods}/${name}`, ({ body }) =>
    (body.status.conditions ?? []).some(({ reason }: { reason?: string }) => reason === 'Unschedulable'),
  );
  const [condition] = body.status.conditions;
  expect(condition).toMatchObject({ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' });
  const event = await eventAbout(cluster, namespace, name, { reason: 'FailedScheduling', message: condition.message });
  expect(event).toMatchObject({ type: 'Warning', reportingComponent: 'default-scheduler', action: 'Scheduling' });
  return condition.message;
}

async function remove(...names: string[]): Promise<void> {
  for (const name of names) await cluster.remove(`${pods}/${name}`, { gracePeriodSeconds: 0 });
  for (const name of names) await cluster.until(`${pods}/${name}`, ({ status }) => status === 404);
}

/** All nodes of the cluster: ours, and those that were there. */
async function nodeCount(): Promise<number> {
  return (await cluster.get(nodes)).body.items.length;
}

/** What every refusal says of the other nodes, and how it ends. */
async function refusal(reason: string, options: { victims?: boolean } = {}): Promise<string> {
  const all = await nodeCount();
  const others = `${all - 2} node(s) didn't match Pod's node affinity/selector`;
  const listed = [`2 ${reason}`, others].sort().join(', ');
  const helpless = `${options.victims ? all - 2 : all} Preemption is not helpful for scheduling`;
  const tail = options.victims ? `2 No preemption victims found for incoming pod, ${helpless}` : helpless;
  return `0/${all} nodes are available: ${listed}. no new claims to deallocate, preemption: 0/${all} nodes are available: ${tail}.`;
}

describe.skipIf(!cluster.ours)('a pod goes to a node', () => {
  it('and both say so', async () => {
    await create(cluster, pods, here('plain'));
    const node = await placed('plain');
    expect([left, right]).toContain(node);
    const event = await eventAbout(cluster, namespace, 'plain', { reason: 'Scheduled' });
    expect(event).toMatchObject({
      type: 'Normal',
      message: `Successfully assigned ${namespace}/plain to ${node}`,
      action: 'Binding',
      reportingComponent: 'default-scheduler',
      source: {},
      firstTimestamp: null,
      eventTime: expect.any(String),
      involvedObject: { kind: 'Pod', namespace, name: 'plain', apiVersion: 'v1' },
    });
    const { body } = await cluster.get(`${pods}/plain`);
    expect(body.status.conditions).toEqual([
      {
        type: 'PodScheduled',
        status: 'True',
        lastProbeTime: null,
        lastTransitionTime: expect.any(String),
      },
    ]);
    await remove('plain');
  });

  it('that has the labels it asks for, by selector, affinity or a field', async () => {
    const affinity = (term: object) => ({
      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } } },
    });
    const expressions = (...matchExpressions: object[]) => affinity({ matchExpressions });
    await create(cluster, pods, here('selected', { nodeSelector: { ...ours, side: 'right' } }));
    await create(cluster, pods, here('larger', expressions({ key: 'size', operator: 'Gt', values: ['7'] })));
    await create(cluster, pods, here('not-b', expressions({ key: 'zone', operator: 'NotIn', values: ['b'] })));
    const field = { key: 'metadata.name', operator: 'In', values: [left] };
    await create(cluster, pods, here('field', affinity({ matchFields: [field] })));
    expect(await Promise.all(['selected', 'larger', 'not-b', 'field'].map(placed))).toEqual([right, right, left, left]);
    await remove('selected', 'larger', 'not-b', 'field');
  });

  it('that it prefers', async () => {
    const preference = { matchExpressions: [{ key: 'side', operator: 'In', values: ['right'] }] };
    const preferredDuringSchedulingIgnoredDuringExecution = [{ weight: 100, preference }];
    const names = ['prefers-0', 'prefers-1', 'prefers-2'];
    for (const name of names)
      await create(
        cluster,
        pods,
        here(name, { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution } } }),
      );
    expect(await Promise.all(names.map(placed))).toEqual([right, right, right]);
    await remove(...names);
  });

  it('with a preset name without asking the scheduler', async () => {
    await create(cluster, pods, pod('preset', { nodeName: left }));
    const { body } = await cluster.get(`${pods}/preset`);
    expect(body.spec.nodeName).toBe(left);
    await remove('preset');
  });

  it('near the pods it wants to be with and far from others', async () => {
    const term = (app: string, topologyKey: string) => ({ labelSelector: { matchLabels: { app } }, topologyKey });
    const required = (kind: string, ...terms: object[]) => ({
      affinity: { [kind]: { requiredDuringSchedulingIgnoredDuringExecution: terms } },
    });
    await create(
      cluster,
      pods,
      here('first', { nodeSelector: { ...ours, side: 'right' } }, { labels: { app: 'first' } }),
    );
    await placed('first');
    await create(cluster, pods, here('beside', required('podAffinity', term('first', 'zone'))));
    await create(cluster, pods, here('apart', required('podAntiAffinity', term('first', 'zone'))));
    expect(await Promise.all(['beside', 'apart'].map(placed))).toEqual([right, left]);
    const alone = required('podAntiAffinity', term('alone', 'zone'));
    for (const name of ['alone-0', 'alone-1'])
      await create(cluster, pods, here(name, alone, { labels: { app: 'alone' } }));
    expect((await Promise.all(['alone-0', 'alone-1'].map(placed))).sort()).toEqual([left, right].sort());
    await create(cluster, pods, here('alone-2', alone, { labels: { app: 'alone' } }));
    expect(await refused('alone-2')).toBe(
      await refusal("node(s) didn't match pod anti-affinity rules", { victims: true }),
    );
    await create(cluster, pods, here('lonely', required('podAffinity', term('nobody', 'zone'))));
    expect(await refused('lonely')).toBe(await refusal("node(s) didn't match pod affinity rules"));
    await create(cluster, pods, here('disliked', {}, { labels: { app: 'alone' } }));
    expect(await refused('disliked')).toBe(
      await refusal("node(s) didn't satisfy existing pods anti-affinity rules", { victims: true }),
    );
    await remove('first', 'beside', 'apart', 'alone-0', 'alone-1', 'alone-2', 'lonely', 'disliked');
  });

  it('so that they are spread', async () => {
    const labels = { app: 'spread' };
    const constraint = {
      maxSkew: 1,
      topologyKey: 'zone',
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchLabels: labels },
    };
    const names = ['spread-0', 'spread-1', 'spread-2', 'spread-3'];
    for (const name of names) {
      await create(cluster, pods, here(name, { topologySpreadConstraints: [constraint] }, { labels }));
      await placed(name);
    }
    const where = await Promise.all(names.map(placed));
    expect(where.filter((node) => node === left)).toHaveLength(2);
    const zoned = { topologySpreadConstraints: [constraint], nodeSelector: { ...ours, side: 'left' } };
    await create(cluster, pods, here('narrow', zoned, { labels }));
    expect([left]).toContain(await placed('narrow'));
    const unlabelled = { ...constraint, topologyKey: 'no-such-label' };
    await create(cluster, pods, here('nowhere', { topologySpreadConstraints: [unlabelled] }, { labels }));
    expect(await refused('nowhere')).toBe(
      await refusal("node(s) didn't match pod topology spread constraints (missing required label)"),
    );
    await remove(...names, 'narrow', 'nowhere');
  });
});

describe.skipIf(!cluster.ours)('a pod that fits nowhere says why', () => {
  it('by what is short', async () => {
    const all = await nodeCount();
    await create(cluster, pods, here('big', requests({ cpu: '3', memory: '1Gi' })));
    await create(cluster, pods, here('bigger', requests({ cpu: '3', memory: '5Gi', 'ephemeral-storage': '20Gi' })));
    const gpu = { 'example.com/gpu': '1' };
    await create(
      cluster,
      pods,
      here('odd', { containers: [container({ resources: { requests: gpu, limits: gpu } })] }),
    );
    expect(await refused('odd')).toBe(await refusal('Insufficient example.com/gpu'));
    expect(await refused('big')).toBe(await refusal('Insufficient cpu'));
    const others = `${all - 2} node(s) didn't match Pod's node affinity/selector`;
    expect(await refused('bigger')).toBe(
      `0/${all} nodes are available: ${['2 Insufficient cpu', '2 Insufficient ephemeral-storage', '2 Insufficient memory', others].sort().join(', ')}. no new claims to deallocate, preemption: 0/${all} nodes are available: ${all} Preemption is not helpful for scheduling.`,
    );
    await remove('big', 'bigger', 'odd');
  });

  it('and goes when room comes', async () => {
    for (const [name, side] of [
      ['fills-left', 'left'],
      ['fills-right', 'right'],
    ] as const)
      await create(cluster, pods, here(name, { ...requests({ cpu: '1500m' }), nodeSelector: { ...ours, side } }));
    await Promise.all(['fills-left', 'fills-right'].map(placed));
    const initial = { initContainers: [container({ name: 'init', resources: { requests: { cpu: '1' } } })] };
    await create(cluster, pods, here('waits', { ...requests({ cpu: '100m' }), ...initial }));
    expect(await refused('waits')).toBe(await refusal('Insufficient cpu', { victims: true }));
    await remove('fills-right');
    expect(await placed('waits')).toBe(right);
    await remove('fills-left', 'waits');
  });

  it('by taints, ports, selectors and cordons', async () => {
    const all = await nodeCount();
    const ended = `no new claims to deallocate, preemption: 0/${all} nodes are available: ${all} Preemption is not helpful for scheduling.`;
    await create(cluster, pods, here('intolerant', { tolerations: [] }));
    const others = `${all - 2} node(s) didn't match Pod's node affinity/selector`;
    const taints = '2 node(s) had untolerated taint(s)';
    expect(await refused('intolerant')).toBe(
      `0/${all} nodes are available: ${[taints, others].sort().join(', ')}. ${ended}`,
    );
    await create(cluster, pods, here('unmatched', { nodeSelector: { no: 'such' } }));
    expect(await refused('unmatched')).toBe(
      `0/${all} nodes are available: ${all} node(s) didn't match Pod's node affinity/selector. ${ended}`,
    );
    const port = { containers: [container({ ports: [{ containerPort: 80, hostPort: 8099 }] })] };
    for (const name of ['port-0', 'port-1', 'port-2']) await create(cluster, pods, here(name, port));
    const late = (
      await Promise.all(
        ['port-0', 'port-1', 'port-2'].map(async (name) => {
          const { body } = await cluster.until(
            `${pods}/${name}`,
            ({ body }) => body.spec.nodeName || body.status.conditions,
          );
          return body.spec.nodeName ? undefined : name;
        }),
      )
    ).filter((name) => name !== undefined);
    expect(late).toHaveLength(1);
    expect(await refused(late[0] ?? '')).toBe(
      await refusal("node(s) didn't have free ports for the requested pod ports", { victims: true }),
    );
    await remove('intolerant', 'unmatched', 'port-0', 'port-1', 'port-2');
    for (const node of [left, right])
      await cluster.patch(`${nodes}/${node}`, { spec: { unschedulable: true } }, 'strategic-merge-patch+json');
    for (const node of [left, right])
      await cluster.until(`${nodes}/${node}`, ({ body }) =>
        body.spec.taints.some((taint: { key: string }) => taint.key === 'node.kubernetes.io/unschedulable'),
      );
    await create(cluster, pods, here('cordoned'));
    expect(await refused('cordoned')).toBe(await refusal('node(s) were unschedulable'));
    await cluster.patch(`${nodes}/${left}`, { spec: { unschedulable: null } }, 'strategic-merge-patch+json');
    expect(await placed('cordoned')).toBe(left);
    await cluster.patch(`${nodes}/${right}`, { spec: { unschedulable: null } }, 'strategic-merge-patch+json');
    await cluster.until(`${nodes}/${right}`, ({ body }) => body.spec.taints.length === 1);
    await remove('cordoned');
  });

  it('by its claims', async () => {
    const all = await nodeCount();
    const claims = `/api/v1/namespaces/${namespace}/persistentvolumeclaims`;
    const volumes = (claimName: string) => ({ volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }] });
    const spec = {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
      storageClassName: 'suite-nobody',
    };
    const ended = `no new claims to deallocate, preemption: 0/${all} nodes are available: ${all} Preemption is not helpful for scheduling.`;
    await create(cluster, pods, here('claimless', volumes('nothing')));
    expect(await refused('claimless')).toBe(
      `0/${all} nodes are available: persistentvolumeclaim "nothing" not found. not found`,
    );
    await create(cluster, claims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'pending' },
      spec,
    });
    await create(cluster, pods, here('unbound', volumes('pending')));
    expect(await refused('unbound')).toBe(
      `0/${all} nodes are available: pod has unbound immediate PersistentVolumeClaims. not found`,
    );
    const name = uniqueName('suite-local');
    leftovers.push(`/api/v1/persistentvolumes/${name}`);
    const nodeSelectorTerms = [{ matchExpressions: [{ key: 'side', operator: 'In', values: ['right'] }] }];
    await create(cluster, '/api/v1/persistentvolumes', {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name },
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        storageClassName: name,
        hostPath: { path: '/data' },
        nodeAffinity: { required: { nodeSelectorTerms } },
      },
    });
    const local = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'local' } };
    await create(cluster, claims, { ...local, spec: { ...spec, storageClassName: name } });
    await cluster.until(`${claims}/local`, ({ body }) => body.status.phase === 'Bound');
    await create(cluster, pods, here('local', volumes('local')));
    expect(await placed('local')).toBe(right);
    await create(cluster, pods, here('elsewhere', { ...volumes('local'), nodeSelector: { ...ours, side: 'left' } }));
    expect(await refused('elsewhere')).toBe(
      `0/${all} nodes are available: ${[`1 node(s) didn't match PersistentVolume's node affinity`, `${all - 1} node(s) didn't match Pod's node affinity/selector`].sort().join(', ')}. ${ended}`,
    );
    await remove('claimless', 'unbound', 'local', 'elsewhere');
    await cluster.remove(`${claims}/local`);
  });

  it('by its gates, until they are gone', async () => {
    await create(cluster, pods, here('gated', { schedulingGates: [{ name: 'example.com/wait' }] }));
    const { body } = await cluster.until(`${pods}/gated`, ({ body }) => body.status.conditions !== undefined);
    expect(body.status.conditions).toEqual([
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'SchedulingGated',
        message: 'Scheduling is blocked due to non-empty scheduling gates',
        lastProbeTime: null,
        lastTransitionTime: expect.any(String),
      },
    ]);
    await cluster.patch(`${pods}/gated`, { spec: { schedulingGates: [] } }, 'merge-patch+json');
    await placed('gated');
    await remove('gated');
  });
});

describe.skipIf(!cluster.ours)('priorities', () => {
  it('let a pod take the place of less important ones', async () => {
    const high = uniqueName('suite-high');
    leftovers.push(`/apis/scheduling.k8s.io/v1/priorityclasses/${high}`);
    await create(cluster, '/apis/scheduling.k8s.io/v1/priorityclasses', {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: high },
      value: 1000,
    });
    const sides = [
      ['low-left', 'left'],
      ['low-right', 'right'],
    ] as const;
    for (const [name, side] of sides)
      await create(
        cluster,
        pods,
        here(name, {
          ...requests({ cpu: '1500m' }),
          nodeSelector: { ...ours, side },
          terminationGracePeriodSeconds: 0,
        }),
      );
    await Promise.all(sides.map(([name]) => placed(name)));
    await create(cluster, pods, here('important', { ...requests({ cpu: '1' }), priorityClassName: high }));
    const node = await placed('important');
    const victim = node === left ? 'low-left' : 'low-right';
    await cluster.until(`${pods}/${victim}`, ({ status }) => status === 404);
    const { metadata } = (await cluster.get(`${pods}/important`)).body;
    await eventAbout(cluster, namespace, victim, {
      reason: 'Preempted',
      message: `Preempted by pod ${metadata.uid} on node ${node}`,
    });
    const survivor = victim === 'low-left' ? 'low-right' : 'low-left';
    expect((await cluster.get(`${pods}/${survivor}`)).body.metadata.deletionTimestamp).toBeUndefined();
    await remove('important', survivor);
  });
});

describe.skipIf(!cluster.ours)('a node', () => {
  it('drives off what does not tolerate it, at once or after a while', async () => {
    const name = uniqueName('suite-hot');
    await addNode(name, { hot: name });
    const nodeSelector = { ...ours, hot: name };
    const tolerate = (more: object) => ({ key: 'hot', operator: 'Exists', effect: 'NoExecute', ...more });
    const specs = { leaves: [], later: [tolerate({ tolerationSeconds: 2 })], stays: [tolerate({})] };
    for (const [pod, tolerations] of Object.entries(specs))
      await create(
        cluster,
        pods,
        here(pod, { nodeSelector, tolerations: [toleration, ...tolerations], terminationGracePeriodSeconds: 0 }),
      );
    await Promise.all(Object.keys(specs).map(placed));
    const taints = [
      { key: 'suite-group', value: group, effect: 'NoSchedule' },
      { key: 'hot', effect: 'NoExecute' },
    ];
    await cluster.patch(`${nodes}/${name}`, { spec: { taints } }, 'merge-patch+json');
    await cluster.until(`${pods}/leaves`, ({ status }) => status === 404);
    await eventAbout(cluster, namespace, 'leaves', {
      reason: 'TaintManagerEviction',
      message: `Marking for deletion Pod ${namespace}/leaves`,
    });
    await cluster.until(`${pods}/later`, ({ status }) => status === 404);
    expect((await cluster.get(`${pods}/stays`)).body.metadata.deletionTimestamp).toBeUndefined();
    await remove('stays');
  });
});
