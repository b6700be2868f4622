import { describe, expect, it } from 'vitest';
import { maskText } from '../../../../src/base/masking.ts';
import type { StepKind } from '../../../../src/playbooks/step-kind.ts';
import { applyStep } from '../../../../src/playbooks/steps/apply.ts';
import { labelStep } from '../../../../src/playbooks/steps/label.ts';
import { patchStep } from '../../../../src/playbooks/steps/patch.ts';
import { scaleStep } from '../../../../src/playbooks/steps/scale.ts';
import { openStepCluster, type StepOptions, stepContext, written } from '../../support/steps.ts';

const { cluster, connection } = await openStepCluster();

type Body = Record<string, never> & {
  metadata: { uid: string; labels?: Record<string, string> };
  data: object;
  spec: never;
};
const at = async (path: string) => (await cluster.get(path)) as { status: number; body: Body };
const inNamespace = (path: string) => path.replace('{}', connection.info.namespace);
const settings = (name: string, data: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\ndata: ${data}\n---\n`;

function step(options: StepOptions & { origin?: string }) {
  const made = stepContext(connection, options);
  return { ...made, context: { ...made.context, origin: options.origin ?? 'test/it apply' } };
}
const config = (more: object = {}) => written(applyStep, { apply: 'it.yaml', ...more });

const imagePath = '/spec/template/spec/containers/0/image';
const stateful = (name: string, service: string) => `
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: ${name} }
spec:
  serviceName: ${service}
  replicas: 1
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [{ name: web, image: nginx }] }
---
`;

describe('an apply', () => {
  it('says before what it will do field by field, does exactly that, and then has nothing to do', async () => {
    const first = step({ files: { 'it.yaml': settings('plain', '{ level: low, DB_PASSWORD: hunter22 }') } });
    const made = await applyStep.plan?.(config(), first.context);
    const { namespace } = connection.info;
    expect(made).toMatchObject({
      certainty: 'previewed',
      changes: [{ object: 'ConfigMap/plain', namespace, action: 'create' }],
    });
    await applyStep.run(config(), first.context);
    const next = step({ files: { 'it.yaml': settings('plain', '{ level: high, DB_PASSWORD: other222 }') } });
    const changed = await applyStep.plan?.(config(), next.context);
    expect(changed?.changes).toEqual([
      {
        ...{ object: 'ConfigMap/plain', namespace, action: 'update' },
        fields: expect.arrayContaining([
          { path: 'data.level', before: 'low', after: 'high' },
          { path: 'data.DB_PASSWORD', before: '(hidden)', after: '(hidden, changed)' },
        ]),
      },
    ]);
    expect(await at(inNamespace('/api/v1/namespaces/{}/configmaps/plain'))).toMatchObject({
      body: { data: { level: 'low' } },
    });
    await applyStep.run(config(), next.context);
    expect((await applyStep.plan?.(config(), next.context))?.changes).toMatchObject([{ action: 'unchanged' }]);
  });

  it('cannot try what is in a namespace that is still to be made, and says so', async () => {
    const text = settings('inner', '{}').replace('name: inner', 'name: inner, namespace: not-there-yet');
    const preview = await applyStep.plan?.(config(), step({ files: { 'it.yaml': text } }).context);
    expect(preview).toMatchObject({
      certainty: 'cannot preview',
      why: 'the namespace not-there-yet does not exist yet',
      changes: [{ action: 'create' }],
    });
  });

  it.each([
    ['take-over', 'ours'],
    ['leave', 'theirs'],
    ['match', 'theirs'],
  ])('settles a field of somebody else as the person says: %s', async (choice, value) => {
    const name = `shared-${choice}`;
    const path = inNamespace(`/api/v1/namespaces/{}/configmaps/${name}`);
    const theirs = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { 'a.b': 'theirs' } };
    await cluster.patch(`${path}?fieldManager=someone&force=true`, theirs, 'apply-patch+yaml');
    const files = { 'it.yaml': settings(name, '{ a.b: ours, mine: "1" }') };
    const asking = step({ files, answer: () => ({ kind: 'choice', value: choice }) });
    const preview = await applyStep.plan?.(config(), asking.context);
    expect(preview).toMatchObject({
      certainty: 'partly',
      changes: [{ note: expect.stringContaining('someone') }],
    });
    await applyStep.run(config(), asking.context);
    expect(asking.asked).toMatchObject([{ kind: 'choice', details: ['.data.a.b  owned by someone'] }]);
    expect((await at(path)).body.data).toEqual({ 'a.b': value, mine: '1' });
    // Written into the step, nobody is asked.
    const decided = step({ files });
    await applyStep.run(config({ conflicts: choice }), decided.context);
    expect(decided.asked).toEqual([]);
  });

  it('makes a StatefulSet anew around its pods where the server allows no change, after asking', async () => {
    const path = inNamespace('/apis/apps/v1/namespaces/{}/statefulsets/db');
    await applyStep.run(config(), step({ files: { 'it.yaml': stateful('db', 'one') } }).context);
    const pods = inNamespace('/api/v1/namespaces/{}/pods/db-0');
    await cluster.until(pods, ({ status }) => status === 200);
    const [before, pod] = [await at(path), await at(pods)];
    const asking = step({
      files: { 'it.yaml': stateful('db', 'two') },
      answer: () => ({ kind: 'confirm', yes: true }),
    });
    expect((await applyStep.plan?.(config(), asking.context))?.changes).toMatchObject([
      { object: 'StatefulSet/db', action: 'recreate', note: 'its pods and claims stay' },
    ]);
    await expect(applyStep.run(config({ recreate: 'never' }), asking.context)).rejects.toThrow(
      'cannot be changed in place',
    );
    await applyStep.run(config(), asking.context);
    expect(asking.asked).toMatchObject([{ kind: 'confirm', dangerous: true }]);
    const after = await at(path);
    expect(after.body).toMatchObject({ spec: { serviceName: 'two' } });
    expect(after.body.metadata.uid).not.toBe(before.body.metadata.uid);
    expect((await at(pods)).body.metadata.uid).toBe(pod.body.metadata.uid);
  });

  it('prunes what it put there and no longer contains, and nothing of another step', async () => {
    const both = `${settings('kept', '{}')}${settings('dropped', '{}')}`;
    await applyStep.run(config({ prune: true }), step({ files: { 'it.yaml': both }, origin: 'test/it one' }).context);
    await applyStep.run(
      config({ prune: true }),
      step({ files: { 'it.yaml': settings('others', '{}') }, origin: 'test/it two' }).context,
    );
    const less = { 'it.yaml': settings('kept', '{}') };
    const asking = step({ files: less, origin: 'test/it one', answer: () => ({ kind: 'confirm', yes: true }) });
    const preview = await applyStep.plan?.(config({ prune: true }), asking.context);
    expect(preview?.changes.map(({ object, action }) => `${action} ${object}`)).toEqual([
      'unchanged ConfigMap/kept',
      'delete ConfigMap/dropped',
    ]);
    const before = await applyStep.before?.(config({ prune: true }), asking.context);
    await applyStep.run(config({ prune: true }), asking.context);
    expect(asking.asked).toMatchObject([{ kind: 'confirm', details: ['ConfigMap/dropped'] }]);
    const left = async (name: string) => (await at(inNamespace(`/api/v1/namespaces/{}/configmaps/${name}`))).status;
    expect([await left('kept'), await left('dropped'), await left('others')]).toEqual([200, 404, 200]);
    await applyStep.undo?.(config({ prune: true }), asking.context, before);
    expect(await left('dropped')).toBe(200);
  });

  it('is taken back: what it made goes, what it changed is as it was', async () => {
    const path = (name: string) => inNamespace(`/api/v1/namespaces/{}/configmaps/${name}`);
    await applyStep.run(config(), step({ files: { 'it.yaml': settings('old', '{ a: "1", b: "2" }') } }).context);
    const next = step({ files: { 'it.yaml': `${settings('old', '{ a: "9", c: "3" }')}${settings('new', '{}')}` } });
    const before = JSON.parse(JSON.stringify(await applyStep.before?.(config(), next.context)));
    await applyStep.run(config(), next.context);
    const undo = await applyStep.planUndo?.(config(), next.context, before);
    expect(undo?.changes).toMatchObject([
      { object: 'ConfigMap/new', action: 'delete' },
      { object: 'ConfigMap/old', action: 'update' },
    ]);
    for (let time = 0; time < 2; time += 1) await applyStep.undo?.(config(), next.context, before);
    expect((await at(path('old'))).body.data).toEqual({ a: '1', b: '2' });
    expect((await at(path('new'))).status).toBe(404);
  });

  it('takes back only what it made itself, leaves no marks, and names where things are', async () => {
    const path = (name: string) => inNamespace(`/api/v1/namespaces/{}/configmaps/${name}`);
    const { namespace } = connection.info;
    const theirs = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'theirs' }, data: { a: 'x' } };
    await cluster.post(inNamespace('/api/v1/namespaces/{}/configmaps'), theirs);
    const made = step({ files: { 'it.yaml': `${settings('theirs', '{ a: x, b: y }')}${settings('late', '{}')}` } });
    const before = JSON.parse(JSON.stringify(await applyStep.before?.(config(), made.context)));
    await applyStep.run(config({ force: true }), made.context);
    expect(await applyStep.planUndo?.(config(), made.context, before)).toMatchObject({
      changes: [
        { object: 'ConfigMap/late', namespace, action: 'delete' },
        { object: 'ConfigMap/theirs', namespace, action: 'update' },
      ],
    });
    // Before it is taken back, somebody makes another one of that name.
    await cluster.remove(path('late'));
    await cluster.post(inNamespace('/api/v1/namespaces/{}/configmaps'), { ...theirs, metadata: { name: 'late' } });
    expect(await applyStep.planUndo?.(config(), made.context, before)).toMatchObject({
      changes: [{ object: 'ConfigMap/late', action: 'unchanged', note: 'this step did not make it' }, {}],
    });
    await applyStep.undo?.(config(), made.context, before);
    expect((await at(path('late'))).status).toBe(200);
    const { body } = await at(path('theirs'));
    expect([body.data, body.metadata.labels]).toEqual([{ a: 'x' }, undefined]);
  });

  it('never brings back the signs that stand in the place of a secret', async () => {
    const path = inNamespace('/api/v1/namespaces/{}/configmaps/veiled');
    await applyStep.run(config(), step({ files: { 'it.yaml': settings('veiled', '{ a: some-value }') } }).context);
    const next = step({ files: { 'it.yaml': settings('veiled', '{ a: other }') } });
    const before = JSON.stringify(await applyStep.before?.(config(), next.context));
    const masked = JSON.parse(before.replace('some-value', maskText));
    await applyStep.run(config(), next.context);
    expect(await applyStep.planUndo?.(config(), next.context, masked)).toMatchObject({
      certainty: 'partly',
      changes: [{ action: 'unchanged', note: expect.stringContaining('a secret stood in it') }],
    });
    await applyStep.undo?.(config(), next.context, masked);
    expect((await at(path)).body.data).toEqual({ a: 'other' });
  });

  it('waits until an object that is being deleted is gone, and makes it anew', async () => {
    const path = inNamespace('/api/v1/namespaces/{}/configmaps/going');
    const held = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'going', finalizers: ['example.com/held'] } };
    await cluster.post(inNamespace('/api/v1/namespaces/{}/configmaps'), held);
    const { uid } = (await at(path)).body.metadata;
    await cluster.remove(path);
    const made = step({ files: { 'it.yaml': settings('going', '{ a: new }') } });
    expect((await applyStep.plan?.(config(), made.context))?.changes).toMatchObject([
      { action: 'create', note: expect.stringContaining('is being deleted') },
    ]);
    const run = applyStep.run(config(), made.context);
    await expect.poll(() => made.said).toContainEqual(expect.stringContaining('is being deleted'));
    await cluster.patch(path, { metadata: { finalizers: null } }, 'merge-patch+json');
    await run;
    const { body } = await at(path);
    expect(body.data).toEqual({ a: 'new' });
    expect(body.metadata.uid).not.toBe(uid);
  });

  it('waits for a kind that it defines before it makes one of it', async () => {
    const group = `t${Date.now().toString(36)}.example.com`;
    const text = `
apiVersion: ${group}/v1
kind: Gadget
metadata: { name: one }
spec: { size: 3 }
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: gadgets.${group} }
spec:
  group: ${group}
  scope: Namespaced
  names: { kind: Gadget, plural: gadgets, singular: gadget }
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object, properties: { spec: { type: object, x-kubernetes-preserve-unknown-fields: true } } } }
`;
    // A real server's garbage collector learns of a new kind only after some time.
    const made = step({ files: { 'it.yaml': text }, timeoutMs: 60_000 });
    try {
      expect(await applyStep.plan?.(config(), made.context)).toMatchObject({
        certainty: 'partly',
        why: 'its kind is defined by this step',
      });
      const before = await applyStep.before?.(config(), made.context);
      await applyStep.run(config(), made.context);
      expect((await at(inNamespace(`/apis/${group}/v1/namespaces/{}/gadgets/one`))).status).toBe(200);
      for (let time = 0; time < 2; time += 1) await applyStep.undo?.(config(), made.context, before);
      expect(await applyStep.planUndo?.(config(), made.context, before)).toMatchObject({ changes: [] });
    } finally {
      await cluster.remove(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gadgets.${group}`);
    }
  });

  it('makes the namespaces of its objects where it is to', async () => {
    const name = `${connection.info.namespace}-more`;
    const text = settings('inner', '{}').replace('name: inner', `name: inner, namespace: ${name}`);
    const made = step({ files: { 'it.yaml': text } });
    const result = await applyStep.run(config({ 'create-namespace': true }), made.context);
    expect(result.outputs?.objects).toContain(`Namespace/${name}`);
    await cluster.remove(`/api/v1/namespaces/${name}`);
  });

  it('leaves the replicas to an autoscaler that comes with it', async () => {
    const path = inNamespace('/apis/apps/v1/namespaces/{}/deployments/scaled');
    const deployment = (replicas: number) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: scaled }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: scaled } }
  template:
    metadata: { labels: { app: scaled } }
    spec: { containers: [{ name: web, image: nginx }] }
---
`;
    await applyStep.run(config(), step({ files: { 'it.yaml': deployment(2) } }).context);
    const scaler = `
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: scaled }
spec: { minReplicas: 1, maxReplicas: 5, scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: scaled } }
`;
    await applyStep.run(config(), step({ files: { 'it.yaml': `${deployment(1)}${scaler}` } }).context);
    expect((await at(path)).body).toMatchObject({ spec: { replicas: 2 } });
  });

  it('takes back what other steps of ours have set, without asking, and leaves what is not in the manifest', async () => {
    const path = inNamespace('/apis/apps/v1/namespaces/{}/statefulsets/ours');
    const files = { 'it.yaml': stateful('ours', 'ours') };
    await applyStep.run(config(), step({ files }).context);
    const { context } = step({});
    const others: [StepKind<never>, object][] = [
      [scaleStep as StepKind<never>, { scale: { workload: 'StatefulSet/ours', replicas: 0 } }],
      [labelStep as StepKind<never>, { label: { objects: ['StatefulSet/ours'], labels: { team: 'a' } } }],
      [
        patchStep as StepKind<never>,
        { patch: { object: 'StatefulSet/ours', json: [{ op: 'replace', path: imagePath, value: 'busybox' }] } },
      ],
    ];
    for (const [kind, text] of others) await kind.run(written(kind, { ...text }), context);
    const again = step({ files });
    expect(await applyStep.plan?.(config(), again.context)).toMatchObject({
      certainty: 'previewed',
      changes: [
        {
          action: 'update',
          fields: expect.arrayContaining([{ path: 'spec.replicas', before: '0', after: '1' }]),
        },
      ],
    });
    await applyStep.run(config(), again.context);
    const { body } = await at(path);
    expect(body).toMatchObject({ spec: { replicas: 1, template: { spec: { containers: [{ image: 'nginx' }] } } } });
    expect(body.metadata.labels).toMatchObject({ team: 'a' });
    // Of others nothing is taken with it.
    await cluster.patch(`${path}?fieldManager=someone`, { spec: { minReadySeconds: 7 } }, 'merge-patch+json');
    await scaleStep.run(written(scaleStep, { scale: { workload: 'StatefulSet/ours', replicas: 0 } }), context);
    const both = { 'it.yaml': stateful('ours', 'ours').replace('replicas: 1', 'replicas: 1\n  minReadySeconds: 1') };
    const asking = step({ files: both, answer: () => ({ kind: 'choice', value: 'leave' }) });
    await applyStep.run(config(), asking.context);
    expect(asking.asked).toMatchObject([{ details: ['.spec.minReadySeconds  owned by someone'] }]);
    expect((await at(path)).body).toMatchObject({ spec: { replicas: 1, minReadySeconds: 7 } });
  });

  it('changes objects by structure: every item of a list, and what is to go', async () => {
    const set = [
      { select: 'StatefulSet/many', path: 'spec.template.spec.containers[*].image', value: 'busybox' },
      { select: 'StatefulSet/many', path: 'spec.replicas', remove: true },
    ];
    const made = step({ files: { 'it.yaml': stateful('many', 'many').replace('replicas: 1', 'replicas: 3') } });
    await applyStep.run(config({ set }), made.context);
    const { body } = await at(inNamespace('/apis/apps/v1/namespaces/{}/statefulsets/many'));
    expect(body).toMatchObject({ spec: { replicas: 1, template: { spec: { containers: [{ image: 'busybox' }] } } } });
  });

  it('tells the rights that it will use', async () => {
    const made = step({ files: { 'it.yaml': settings('plain', '{}') } });
    expect(await applyStep.access?.(config(), made.context)).toEqual([
      { verbs: ['get', 'patch', 'create'], apiVersion: 'v1', kind: 'ConfigMap', namespace: undefined },
    ]);
  });
});
