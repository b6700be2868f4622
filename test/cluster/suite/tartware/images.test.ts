import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fakeProgram } from '../../../support/fake-program.ts';
import { openPlaybook, troubleOf } from '../../support/run-playbook.ts';
import { openStepCluster } from '../../support/steps.ts';

const { cluster, connection } = await openStepCluster();
const digest = `sha256:${'ab'.repeat(32)}`;
const byFolder = [
  ...['reservations-service', 'billing-service', 'guests-service', 'rooms-service'],
  ...['housekeeping-service', 'settings-service', 'notifications-service'],
];

/** A registry that has whatever is asked for, under one digest. */
const server = createServer((_, response) => {
  response.writeHead(200, { 'docker-content-digest': digest }).end();
});
let registry = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  registry = `127.0.0.1:${(server.address() as AddressInfo).port}/team`;
});
afterAll(() => {
  server.close();
  delete process.env.TARS_CONSOLE_PODMAN;
  delete process.env.TARS_CONSOLE_IMAGE_ENGINE;
});

/** A repository whose compose file builds two of the services; the others have a Dockerfile in a folder of their name. */
function repository(): string {
  const at = mkdtempSync(join(tmpdir(), 'tars-console-images-'));
  const compose = `services:
  api-gateway: { build: { context: gateway, dockerfile: Dockerfile.prod, target: release } }
  core: { image: docker.io/tartware/core-service:v1.0.0, build: ./core }
`;
  const files = {
    'docker-compose.yml': compose,
    'gateway/Dockerfile.prod': 'FROM scratch\n',
    'core/Dockerfile': 'FROM scratch\n',
    ...Object.fromEntries(byFolder.map((name) => [`services/${name}/Dockerfile`, 'FROM scratch\n'])),
  };
  for (const [name, text] of Object.entries(files)) {
    const path = join(at, 'tartware', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return at;
}

it('Build and push images: nine by compose file and Dockerfiles, pushed, verified, their digests written down', async () => {
  const podman = fakeProgram('podman', `if (args[0] === 'push') console.log('1: digest: ${digest} size: 1234');`);
  process.env.TARS_CONSOLE_PODMAN = podman.path;
  process.env.TARS_CONSOLE_IMAGE_ENGINE = 'podman';
  const at = repository();
  const playbook = await openPlaybook(connection, 'tartware/build-images', { registry, tag: 'v1.1.0' }, at);
  const { status, records } = await playbook.run(await playbook.plan());
  expect(status, troubleOf(records)).toBe('done');
  const calls = podman.calls().map(({ args }) => args.filter((word) => word !== ''));
  const built = (name: string) =>
    calls.find((args) => args[0] === 'build' && args.includes(`${registry}/${name}:v1.1.0`));
  expect(built('api-gateway')).toEqual(
    expect.arrayContaining(['--target', 'release', join(at, 'tartware/gateway/Dockerfile.prod')]),
  );
  expect(built('core-service')?.at(-1)).toBe(join(at, 'tartware/core'));
  expect(built('billing-service')?.at(-1)).toBe(join(at, 'tartware/services/billing-service'));
  expect(calls.filter(([verb]) => verb === 'push')).toHaveLength(9);
  const { body } = await cluster.get(`/api/v1/namespaces/${connection.info.namespace}/configmaps/tartware-images`);
  expect(Object.keys(body.data).sort()).toEqual(['api-gateway', 'core-service', ...byFolder].sort());
  expect(body.data['rooms-service']).toBe(`${registry}/rooms-service:v1.1.0@${digest}`);
});
