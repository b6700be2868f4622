import { createPrivateKey, createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Connection } from '../../../../src/cluster/connection.ts';
import { makeCertificate } from '../../../../src/playbooks/steps/certificate/make.ts';
import { secretStep } from '../../../../src/playbooks/steps/secret.ts';
import { openCluster } from '../../support/cluster.ts';
import { connectTo, type StepOptions, stepContext, written } from '../../support/steps.ts';

const cluster = await openCluster();
let connection: Connection;
let secrets = '';
beforeAll(async () => {
  connection = await connectTo(cluster, await cluster.namespace());
  secrets = `/api/v1/namespaces/${connection.info.namespace}/secrets`;
});
afterAll(async () => {
  connection.close();
  await cluster.close();
});

const secret = (config: object, options: StepOptions = {}) => ({
  step: stepContext(connection, options),
  config: written(secretStep, { secret: config }),
});
const run = ({ step, config }: ReturnType<typeof secret>) => secretStep.run(config, step.context);
async function dataOf(name: string): Promise<Record<string, string>> {
  const { body } = await cluster.get(`${secrets}/${name}`);
  const data = (body as { data?: Record<string, string> }).data ?? {};
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
}

it('a certificate and a key that do not belong together are not written', async () => {
  const [one, two] = [await makeCertificate(['a.example'], 1, 'one'), await makeCertificate(['a.example'], 1, 'two')];
  const tls = (name: string, key: string) =>
    secret(
      { name, type: 'kubernetes.io/tls', keys: { 'tls.crt': { file: 'crt.pem' }, 'tls.key': 'key' } },
      { files: { 'crt.pem': one.certificate }, secrets: { key } },
    );
  await expect(run(tls('pair', two.key))).rejects.toThrow('the key in tls.key is not that of the certificate');
  await expect(run(tls('pair', 'no key'))).rejects.toThrow('the key in tls.key cannot be read');
  expect((await cluster.get(`${secrets}/pair`)).status).toBe(404);
  await run(tls('pair', one.key));
  expect(await dataOf('pair')).toEqual({ 'tls.crt': one.certificate, 'tls.key': one.key });
});

it('the keys that somebody else keeps in the Secret stay theirs', async () => {
  const theirs = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'shared' },
    stringData: { THEIRS: 'a', OURS: 'b' },
  };
  await cluster.post(secrets, theirs);
  await run(secret({ name: 'shared', keys: { OURS: 'x', NEW: 'x' }, replace: true }, { secrets: { x: 'mine-now' } }));
  expect(await dataOf('shared')).toEqual({ THEIRS: 'a', OURS: 'mine-now', NEW: 'mine-now' });
  await run(secret({ name: 'shared', keys: { MORE: 'x' } }, { secrets: { x: 'mine-too' } }));
  expect(Object.keys(await dataOf('shared')).sort()).toEqual(['MORE', 'NEW', 'OURS', 'THEIRS']);
  const { body } = await cluster.get(`${secrets}/shared`);
  const entries = body.metadata.managedFields as { manager: string; fieldsV1: { 'f:data'?: object } }[];
  const own = entries.find(({ manager }) => manager === 'tars-console')?.fieldsV1['f:data'];
  expect(Object.keys(own ?? {}).sort()).toEqual(['f:MORE', 'f:NEW', 'f:OURS']);
});

it('values come from inputs, files, the environment, a person and random sources', async () => {
  process.env.TEST_OF_SECRETS = 'from the environment';
  const one = secret(
    {
      name: 'many',
      keys: {
        INPUT: 'token',
        PLAIN: { value: `x-\${{ inputs.id }}` },
        FILE: { file: 'key.pem' },
        ENV: { env: 'TEST_OF_SECRETS' },
        TYPED: { prompt: 'Which password?' },
        HEX: { generate: { bytes: 16, encoding: 'hex' } },
        PASSWORD: { generate: { password: 24, charset: 'symbols' } },
        RSA: { generate: { key: 'rsa', bits: 2048, public: 'RSA.pub' } },
        SSH: { generate: { ssh: 'ed25519', comment: 'deploy', public: 'SSH.pub' } },
      },
    },
    {
      secrets: { token: 'given-token' },
      scope: { inputs: { id: 7 } },
      files: { 'key.pem': 'line one\nline two\n' },
      answer: () => ({ kind: 'input', text: 'typed-by-hand' }),
    },
  );
  const planned = await secretStep.plan?.(one.config, one.step.context);
  expect(planned?.changes[0]).toMatchObject({ object: 'Secret/many', action: 'create' });
  const noted = JSON.parse(JSON.stringify(await secretStep.before?.(one.config, one.step.context)));
  const { outputs } = await run(one);
  expect(outputs).toMatchObject({ kept: [], rotated: [] });
  const data = await dataOf('many');
  expect(data).toMatchObject({
    INPUT: 'given-token',
    PLAIN: 'x-7',
    FILE: 'line one\nline two\n',
    ENV: 'from the environment',
    TYPED: 'typed-by-hand',
    HEX: expect.stringMatching(/^[0-9a-f]{32}$/),
    PASSWORD: expect.stringMatching(/^[-A-Za-z0-9_.~]{24}$/),
    'SSH.pub': expect.stringMatching(/^ssh-ed25519 [A-Za-z0-9+/=]+ deploy\n$/),
  });
  const half = createPublicKey(createPrivateKey(data.RSA ?? '')).export({ type: 'spki', format: 'pem' });
  expect(data['RSA.pub']).toBe(half);
  const again = secret(one.config.secret, { secrets: { token: 'another' } });
  expect(await secretStep.probe?.(again.config, again.step.context, noted)).toMatchObject({ done: true, outputs });
  expect((await run(again)).outputs).toMatchObject({ written: [] });
  expect(await dataOf('many')).toEqual(data);
});

it('rotating keeps the old value beside, restarts who uses it after asking, and is done once in a run', async () => {
  const keys = { PASSWORD: { generate: { password: 20 } }, OTHER: { value: 'stays' } };
  await run(secret({ name: 'database', keys }));
  const before = await dataOf('database');
  const labels = { app: 'web' };
  const deployments = `/apis/apps/v1/namespaces/${connection.info.namespace}/deployments`;
  const container = { name: 'web', image: 'nginx', envFrom: [{ secretRef: { name: 'database' } }] };
  await cluster.post(deployments, {
    metadata: { name: 'web' },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  });
  const rotate = { keys: ['PASSWORD'], 'keep-old': '_OLD', restart: true };
  const one = secret({ name: 'database', keys, rotate }, { answer: () => ({ kind: 'confirm', yes: true }) });
  const plan = await secretStep.plan?.(one.config, one.step.context);
  expect(plan?.summary).toBe('rotates PASSWORD; restarts Deployment/web');
  const noted = await secretStep.before?.(one.config, one.step.context);
  expect((await run(one)).outputs).toEqual({
    written: ['PASSWORD'],
    kept: ['OTHER'],
    rotated: ['PASSWORD'],
    restarted: ['Deployment/web'],
  });
  const after = await dataOf('database');
  expect(after).toMatchObject({ PASSWORD_OLD: before.PASSWORD, OTHER: 'stays' });
  expect(after.PASSWORD).not.toBe(before.PASSWORD);
  await run(one);
  expect(await dataOf('database')).toEqual(after);
  const { body } = await cluster.get(`${deployments}/web`);
  expect(JSON.stringify(body)).toContain('kubectl.kubernetes.io/restartedAt');
  expect(JSON.stringify([plan, noted, one.step.said, one.step.asked])).not.toContain(after.PASSWORD);
  await secretStep.undo?.(one.config, one.step.context, noted);
  expect(await dataOf('database')).toEqual(before);
  await secretStep.undo?.(one.config, one.step.context, noted);
  expect(await dataOf('database')).toEqual(before);
});

it('what was created is deleted by undo, and what cannot be restored is said', async () => {
  const one = secret({ name: 'new', keys: { A: { value: '1' } } });
  const noted = await secretStep.before?.(one.config, one.step.context);
  await run(one);
  await secretStep.undo?.(one.config, one.step.context, noted);
  expect((await cluster.get(`${secrets}/new`)).status).toBe(404);
  await run(one);
  const replacing = secret({ name: 'new', keys: { A: { value: '2' } }, replace: true });
  const before = await secretStep.before?.(replacing.config, replacing.step.context);
  await run(replacing);
  expect(await dataOf('new')).toEqual({ A: '2' });
  expect((await secretStep.planUndo?.(replacing.config, replacing.step.context, before))?.changes[0]).toMatchObject({
    note: 'cannot be restored: A; the old values were not kept',
  });
});

it('the key of another Secret is taken over where nothing is given, and made anew where that Secret is not there', async () => {
  await cluster.post(secrets, { metadata: { name: 'postgres-app' }, stringData: { password: 'of-the-database' } });
  const keys = { PASSWORD: { input: 'x', copy: { secret: 'postgres-app', key: 'password' } } };
  const copying = secret({ name: 'copied', keys });
  const { summary } = await run(copying);
  expect(await dataOf('copied')).toEqual({ PASSWORD: 'of-the-database' });
  expect(JSON.stringify([summary, copying.step.said])).not.toContain('of-the-database');
  await run(secret({ name: 'given', keys }, { secrets: { x: 'mine' } }));
  expect(await dataOf('given')).toEqual({ PASSWORD: 'mine' });
  const from = { input: 'x', copy: { secret: 'nowhere', key: 'password' } };
  await expect(run(secret({ name: 'missing', keys: { PASSWORD: from } }))).rejects.toThrow('no value for PASSWORD');
  await run(secret({ name: 'made', keys: { PASSWORD: { ...from, generate: { bytes: 16, encoding: 'hex' } } } }));
  expect((await dataOf('made')).PASSWORD).toMatch(/^[0-9a-f]{32}$/);
});

it('credentials for a registry are built by structure', async () => {
  const docker = { server: 'registry.example', username: 'robot', password: 'pull' };
  const one = secret({ name: 'pull', docker }, { secrets: { pull: 'p"a$s' } });
  await run(one);
  const { body } = await cluster.get(`${secrets}/pull`);
  expect((body as { type: string }).type).toBe('kubernetes.io/dockerconfigjson');
  expect(JSON.parse((await dataOf('pull'))['.dockerconfigjson'] ?? '')).toEqual({
    auths: {
      'registry.example': { username: 'robot', password: 'p"a$s', auth: Buffer.from('robot:p"a$s').toString('base64') },
    },
  });
  expect((await secretStep.equivalent(one.config, one.step.context)).join()).not.toContain('p"a$s');
});
