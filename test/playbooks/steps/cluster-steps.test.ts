import { afterEach, expect, test } from 'vitest';
import type { StepKind } from '../../../src/playbooks/step-kind.ts';
import { stepKinds } from '../../../src/playbooks/steps/registry.ts';
import { type BenchOptions, openBench, type StepBench } from './context.ts';

let bench: StepBench | undefined;
const open = async (options?: BenchOptions) => {
  bench = await openBench(options);
  return bench;
};
afterEach(async () => bench?.close());

const kind = (name: string): StepKind => stepKinds.find((one) => one.name === name) as StepKind;
const expression = (text: string) => `\${{ ${text} }}`;

const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: tars }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: 'web:1' }] }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings, namespace: tars }
data: { level: low }
`;

test('apply sends the objects in the order of their kinds, changed by structure and labelled, and finds them unchanged again', async () => {
  const { context, api, said } = await open({ files: { 'web.yaml': deployment }, scope: { inputs: { tag: '2' } } });
  const path = 'spec.template.spec.containers[name=web].image';
  const config = {
    apply: 'web.yaml',
    set: [{ select: 'Deployment/web', path, value: `web:${expression('inputs.tag')}` }],
  };
  expect(await kind('apply').probe?.(config, context)).toMatchObject({ done: false });
  const result = await kind('apply').run(config, context);
  expect(result).toMatchObject({
    summary: '2 objects: 2 created',
    outputs: { objects: ['ConfigMap/settings', 'Deployment/web'] },
  });
  expect(said).toEqual(['ConfigMap/settings created', 'Deployment/web created']);
  const live = (await api.send('GET', '/apis/apps/v1/namespaces/tars/deployments/web')).json;
  expect(live.spec.template.spec.containers[0].image).toBe('web:2');
  expect(live.metadata.labels).toMatchObject({
    'app.kubernetes.io/managed-by': 'tars-console',
    'app.kubernetes.io/part-of': 'tars',
  });
  expect((await kind('apply').run(config, context)).summary).toBe('2 objects: 2 unchanged');
  expect(await kind('apply').probe?.(config, context)).toMatchObject({ done: true });
  const lines = await kind('apply').equivalent(config, context);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('.image = "web:2"');
});

test('a change may give an object another name: `select` means the one in its file, and the commands wait for the new one', async () => {
  const job =
    'apiVersion: batch/v1\nkind: Job\nmetadata: { name: migrate, namespace: tars }\nspec:\n  template:\n    spec:\n' +
    '      restartPolicy: Never\n      containers: [{ name: migrate, image: migrate:1 }]\n';
  const { context, api } = await open({ files: { 'job.yaml': job } });
  const set = [
    { select: 'Job/migrate', path: 'metadata.name', value: 'migrate-2' },
    { select: 'Job/migrate', path: 'spec.template.spec.containers[name=migrate].image', value: 'migrate:2' },
  ];
  const config = { apply: 'job.yaml', set, wait: 'ready' };
  expect((await kind('apply').run({ apply: 'job.yaml', set }, context)).summary).toBe('Job/migrate-2 created');
  const live = (await api.send('GET', '/apis/batch/v1/namespaces/tars/jobs/migrate-2')).json;
  expect(live.spec.template.spec.containers[0].image).toBe('migrate:2');
  const [apply, wait] = await kind('apply').equivalent(config, context);
  expect(apply).toMatch(/image = "migrate:2".*metadata\.name = "migrate-2"/);
  expect(wait).toBe('kubectl wait --for=condition=complete job/migrate-2 -n tars');
});

test('a preview of an apply changes nothing', async () => {
  const { context, api } = await open({ files: { 'web.yaml': deployment } });
  const preview = await kind('apply').plan?.({ apply: 'web.yaml' }, context);
  expect(preview).toMatchObject({ certainty: 'previewed', changes: [{ action: 'create' }, { action: 'create' }] });
  expect((await api.send('GET', '/apis/apps/v1/namespaces/tars/deployments/web')).status).toBe(404);
});

test('a change that selects nothing, and a file that is no manifest, fail before anything is sent', async () => {
  const { context, api } = await open({ files: { 'web.yaml': deployment, 'bad.yaml': 'a: 1\na: 2\n' } });
  const set = [{ select: 'Deployment/wbe', path: 'spec.replicas', value: 3 }];
  await expect(kind('apply').run({ apply: 'web.yaml', set }, context)).rejects.toThrow('fits none of the objects');
  await expect(kind('apply').run({ apply: ['web.yaml', 'bad.yaml'] }, context)).rejects.toThrow();
  expect((await api.send('GET', '/api/v1/namespaces/tars/configmaps/settings')).status).toBe(404);
});

test('delete takes away what a file names, keeps the kinds that stay, and is done when nothing is left', async () => {
  const { context, api } = await open({ files: { 'web.yaml': deployment } });
  await kind('apply').run({ apply: 'web.yaml' }, context);
  const config = { delete: 'web.yaml', keep: 'Deployment', wait: 'none' };
  const result = await kind('delete').run(config, context);
  expect(result).toMatchObject({ outputs: { deleted: ['ConfigMap/settings'], kept: ['Deployment/web'] } });
  expect((await api.send('GET', '/apis/apps/v1/namespaces/tars/deployments/web')).status).toBe(200);
  expect(await kind('delete').run({ delete: { objects: ['ConfigMap/never'] } }, context)).toMatchObject({
    summary: 'nothing was there',
  });
});

test('a secret is written once: given, random and plain values, never said; keys that exist are kept', async () => {
  const secrets = { jwt: 'a-very-secret-signing-key' };
  const { context, api, said, hidden } = await open({ secrets, scope: { inputs: { ids: 'admin_001' } } });
  const config = {
    secret: {
      name: 'web-secrets',
      keys: {
        JWT: 'jwt',
        RANDOM: { generate: { bytes: 16, encoding: 'hex' } },
        IDS: { value: expression('inputs.ids') },
      },
    },
  };
  const result = await kind('secret').run(config, context);
  expect(result).toMatchObject({ summary: '3 keys written: JWT, RANDOM, IDS' });
  const read = async () => (await api.send('GET', '/api/v1/namespaces/tars/secrets/web-secrets')).json.data;
  const data = await read();
  const plain = (key: string) => Buffer.from(data[key], 'base64').toString();
  expect([plain('JWT'), plain('IDS')]).toEqual([secrets.jwt, 'admin_001']);
  expect(plain('RANDOM')).toMatch(/^[0-9a-f]{32}$/);
  expect(hidden).toEqual(expect.arrayContaining([secrets.jwt, plain('RANDOM')]));
  const again = await kind('secret').run(config, context);
  expect(again.summary).toBe('3 keys there already, kept: JWT, RANDOM, IDS');
  expect(await read()).toEqual(data);
  const more = { secret: { name: 'web-secrets', keys: { MORE: { value: 'x' } } } };
  expect(await kind('secret').run(more, context)).toMatchObject({ outputs: { written: ['MORE'] } });
  expect(await read()).toEqual({ ...data, MORE: Buffer.from('x').toString('base64') });
  expect(await kind('secret').probe?.(config, context)).toMatchObject({ done: true });
  const lines = await kind('secret').equivalent(config, context);
  expect(lines.at(-1)).toContain('--from-literal=JWT="$JWT"');
  for (const text of [...said, ...lines, JSON.stringify(result)]) {
    expect(text).not.toContain(secrets.jwt);
    expect(text).not.toContain(plain('RANDOM'));
  }
});

test('a key whose value nobody gave fails with the way to give it', async () => {
  const { context } = await open();
  const config = { secret: { name: 's', keys: { KEY: 'missing' } } };
  await expect(kind('secret').run(config, context)).rejects.toMatchObject({
    next: [expect.stringContaining('--set-env missing=')],
  });
});

test('waiting has equivalents that end by themselves', async () => {
  const { context } = await open({ files: {} });
  const ready = ['Deployment/web', 'batch/v1/Job/migrate', 'PersistentVolumeClaim/data'];
  const lines = await kind('wait').equivalent({ wait: { ready } }, context);
  expect(lines).toEqual([
    'kubectl rollout status deployment/web -n tars',
    'kubectl wait --for=condition=complete job/migrate -n tars',
    'kubectl get persistentvolumeclaim/data -n tars  # again, until it is ready',
  ]);
  const until = { of: ['Service/web'], expect: 'object.spec.type == "LoadBalancer"' };
  expect((await kind('wait').equivalent({ wait: { until } }, context)).join()).not.toContain('--watch');
});

test('scale sets the replicas and names an autoscaler that will change them again', async () => {
  const { context, api, said } = await open({ files: { 'web.yaml': deployment } });
  await kind('apply').run({ apply: 'web.yaml' }, context);
  await api.client.create('/apis/autoscaling/v2/namespaces/tars/horizontalpodautoscalers', {
    metadata: { name: 'web' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 1,
      maxReplicas: 3,
    },
  });
  const config = { scale: { workload: 'Deployment/web', replicas: expression('1 + 4') } };
  const result = await kind('scale').run(config, context);
  expect(result.summary).toBe('Deployment/web: 2 → 5 (HorizontalPodAutoscaler/web will set it to at most 3 again)');
  expect((await api.send('GET', '/apis/apps/v1/namespaces/tars/deployments/web')).json.spec.replicas).toBe(5);
  expect(said.join()).toContain('will set it to at most 3 again');
  expect(await kind('scale').equivalent({ scale: { workload: 'Deployment/web', replicas: 5 } }, context)).toEqual([
    'kubectl scale deployment/web -n tars --replicas=5',
  ]);
});

test('check reports every finding with what it observed; only fatal ones fail it', async () => {
  const { context } = await open({ files: { 'web.yaml': deployment } });
  await kind('apply').run({ apply: 'web.yaml' }, context);
  const config = {
    check: {
      collect: {
        maps: { list: 'v1/ConfigMap' },
        gone: { get: 'v1/Secret', name: 'none' },
        version: { path: '/version' },
        wrong: { path: '/no/such/path' },
        odd: { list: 'example.com/v1/Odd' },
        rights: { can: [{ verb: 'create', group: 'apps', resource: 'deployments' }] },
      },
      findings: [
        {
          title: 'There are settings',
          expect: 'maps.exists(m, m.metadata.name == "settings")',
          expected: 'one',
          observed: expression('maps.size()'),
        },
        {
          title: 'There is a secret',
          expect: 'gone != null',
          expected: 'a secret',
          observed: 'none',
          repair: 'make one',
        },
        { title: 'It is fast', expect: 'false', level: 'warning', expected: 'fast', observed: 'slow' },
        {
          title: 'It has a version',
          expect: 'version.gitVersion.startsWith("v")',
          expected: 'v',
          observed: expression('version.gitVersion'),
        },
        {
          title: 'The path answers',
          expect: 'wrong.status == 404.0',
          expected: '404',
          observed: expression('wrong.status'),
        },
        {
          title: 'Odd things are there',
          expect: 'odd.size() > 0',
          expected: 'some',
          observed: expression('odd.size()'),
        },
        { title: 'It may deploy', expect: 'rights.all(r, r.allowed)', expected: 'allowed', observed: '-' },
        { title: 'Left out', when: 'false', expect: 'false', expected: '', observed: '' },
      ],
    },
  };
  const { status, findings = [], summary, evidence } = await kind('check').run(config, context);
  expect(findings.map(({ level }) => level)).toEqual(['ok', 'fatal', 'warning', 'ok', 'ok', 'fatal', 'ok']);
  expect(findings[5]?.observed).toContain('odd could not be read');
  expect([status, summary]).toEqual(['not-met', '4 of 7 as expected, 1 warning, 2 not met']);
  expect(evidence?.join('\n')).toContain('repair: make one');
});

test('wait heeds a condition, and says what it waited for when the time is over', async () => {
  const { context, api } = await open();
  await api.client.create('/api/v1/namespaces/tars/configmaps', { metadata: { name: 'settings' } });
  const condition = { of: ['ConfigMap/settings'], type: 'Ready' };
  const waiting = { ...context, timeoutMs: 600 };
  await expect(kind('wait').run({ wait: { condition } }, waiting)).rejects.toThrow(
    'ConfigMap/settings: Ready is not set',
  );
  expect(await kind('wait').run({ wait: { deleted: ['ConfigMap/never'] } }, context)).toMatchObject({
    summary: '1 object gone',
  });
});

test('what must be typed is asked for, unless its input holds it', async () => {
  const config = { confirm: { text: 'Sure?', typed: 'tars', input: 'name' } };
  const wrong = await open({ typed: 'tras' });
  await expect(kind('confirm').run(config, wrong.context)).rejects.toThrow('It was not confirmed');
  expect(wrong.asked).toEqual([{ kind: 'typed', text: 'Sure?', expect: 'tars', input: 'name' }]);
  await wrong.close();
  const { context, asked } = await open({ scope: { inputs: { name: 'tars' } } });
  expect(await kind('confirm').run(config, context)).toMatchObject({ summary: 'confirmed by the input name' });
  expect(asked).toEqual([]);
});
