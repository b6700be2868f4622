import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type FakeProgram, fakeProgram } from '../../../support/fake-program.ts';
import { endsOf, openPlaybook } from '../../support/run-playbook.ts';
import { openStepCluster } from '../../support/steps.ts';

const { cluster, connection } = await openStepCluster();
const { namespace } = connection.info;
const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
const digest = `sha256:${'ab'.repeat(32)}`;

/** A registry that has whatever is asked for, under one digest. */
const has = { digest };
const server = createServer((_, response) => {
  response.writeHead(200, { 'docker-content-digest': has.digest }).end();
});
let registry = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  registry = `127.0.0.1:${(server.address() as AddressInfo).port}/team`;
  await cluster.post(deployments, {
    metadata: { name: 'tars-backend' },
    spec: {
      selector: { matchLabels: { app: 'tars-backend' } },
      template: {
        metadata: { labels: { app: 'tars-backend' } },
        spec: { containers: [{ name: 'backend', image: 'tars-backend:old' }] },
      },
    },
  });
});
afterEach(() => {
  has.digest = digest;
  delete process.env.TARS_CONSOLE_PODMAN;
  delete process.env.TARS_CONSOLE_IMAGE_ENGINE;
});
afterAll(() => server.close());

/** An engine that says what engines say. */
function engine(push = `console.log('1: digest: ${digest} size: 1234')`): FakeProgram {
  const body = `if (args[0] === 'build') { console.log('STEP 1/2: FROM scratch'); console.error('STEP 2/2: COPY'); }
if (args[0] === 'push') { ${push} }`;
  const program = fakeProgram('podman', body);
  process.env.TARS_CONSOLE_PODMAN = program.path;
  process.env.TARS_CONSOLE_IMAGE_ENGINE = 'podman';
  return program;
}

function workspace(): string {
  const at = mkdtempSync(join(tmpdir(), 'tars-console-build-'));
  mkdirSync(join(at, 'VDS_TARS/backend'), { recursive: true });
  mkdirSync(join(at, 'VDS_TARS/docker/backend'), { recursive: true });
  writeFileSync(join(at, 'VDS_TARS/docker/backend/Dockerfile'), 'FROM scratch\n');
  return at;
}

async function build(at: string, inputs: Record<string, string>) {
  const playbook = await openPlaybook(connection, 'tars/build-image', inputs, at);
  const { status, records } = await playbook.run(await playbook.plan());
  const results = records.flatMap((record) => (record.type === 'step-result' ? [record] : []));
  return { status, records, ends: endsOf(records), of: (step: string) => results.find((one) => one.step === step) };
}

async function imageOf(): Promise<string> {
  const { body } = await cluster.get(`${deployments}/tars-backend`);
  return body.spec.template.spec.containers[0].image;
}

it('Build and push image: built, pushed, verified, and the backend runs exactly that image', async () => {
  const podman = engine();
  const at = workspace();
  const { status, ends } = await build(at, { registry, tag: '1.0' });
  expect([status, ends]).toEqual(['done', { look: 'done', image: 'done', 'roll-out': 'done' }]);
  expect(await imageOf()).toBe(`${registry}/tars-backend:1.0@${digest}`);
  const calls = podman.calls().map(({ args }) => args.filter((word) => word !== ''));
  expect(calls).toContainEqual([
    ...['build', '--tag', `${registry}/tars-backend:1.0`],
    ...['--file', join(at, 'VDS_TARS/docker/backend/Dockerfile'), join(at, 'VDS_TARS/backend')],
  ]);
  expect(calls).toContainEqual(['push', `${registry}/tars-backend:1.0`]);
  expect(calls.some(([verb]) => verb === 'login')).toBe(false);
  // Once more: the same image, and nothing of the Deployment is changed.
  const { body: before } = await cluster.get(`${deployments}/tars-backend`);
  const again = await build(at, { registry, tag: '1.0' });
  expect(again.ends, JSON.stringify(again.of('roll-out'))).toMatchObject({ 'roll-out': 'done' });
  expect(again.of('roll-out')?.summary).toContain('has these images already');
  const { body: after } = await cluster.get(`${deployments}/tars-backend`);
  expect(after.metadata.generation).toBe(before.metadata.generation);
});

it('a password goes to the engine by its standard input, and stands nowhere', async () => {
  const podman = engine();
  const registryPassword = 'hunter2-of-the-registry';
  const inputs = { registry, tag: '1.1', username: 'me', registryPassword, rollOut: 'later' };
  const { status, ends, records } = await build(workspace(), inputs);
  expect([status, ends['roll-out']]).toEqual(['done', 'skipped']);
  const login = podman.calls().find(({ args }) => args[0] === 'login');
  expect(login).toMatchObject({ stdin: registryPassword });
  expect(login?.args).toEqual(['login', '--username', 'me', '--password-stdin', registry.split('/')[0]]);
  for (const { args, env } of podman.calls()) expect(JSON.stringify([args, env])).not.toContain(registryPassword);
  expect(JSON.stringify(records)).not.toContain(registryPassword);
});

it('a push that is refused fails with what the engine says, and nothing is rolled out', async () => {
  engine(`console.error('Error: denied: requested access to the resource is denied'); process.exitCode = 125`);
  const before = await imageOf();
  const { status, ends, of } = await build(workspace(), { registry, tag: '1.2' });
  expect([status, ends.image, ends['roll-out']]).toEqual(['failed', 'failed', undefined]);
  expect(of('image')?.problem?.message).toContain('denied: requested access');
  expect(await imageOf()).toBe(before);
});

it('another digest in the registry than was pushed is no success', async () => {
  engine();
  has.digest = `sha256:${'cd'.repeat(32)}`;
  const { status, of } = await build(workspace(), { registry, tag: '1.3' });
  expect(status).toBe('failed');
  expect(of('image')?.problem?.message).toContain('has another');
});

it('without a source it says so; the sandbox rehearses it with a stand-in that rolls out', async () => {
  engine();
  const empty = mkdtempSync(join(tmpdir(), 'tars-console-build-'));
  const { status, of } = await build(empty, { registry: 'registry.example.com/team', tag: '2.0' });
  if (cluster.on !== 'sandbox') {
    expect(status).toBe('not-met');
    expect(of('look')?.findings?.find(({ level }) => level === 'fatal')?.repair).toContain('run tars/source');
    return;
  }
  expect(status).toBe('done');
  expect(of('image')?.summary).toContain('a stand-in for registry.example.com/team/tars-backend:2.0');
  expect(await imageOf()).toMatch(/^registry\.example\.com\/team\/tars-backend:2\.0@sha256:[0-9a-f]{64}$/);
});
