import { X509Certificate } from 'node:crypto';
import { createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Connection } from '../../../../src/cluster/connection.ts';
import { forgetResources } from '../../../../src/cluster/resources.ts';
import { makeCertificate } from '../../../../src/playbooks/steps/certificate/make.ts';
import { certificateStep } from '../../../../src/playbooks/steps/certificate.ts';
import { openCluster } from '../../support/cluster.ts';
import { connectTo, type StepOptions, stepContext, written } from '../../support/steps.ts';

const cluster = await openCluster();
let connection: Connection;
beforeAll(async () => {
  connection = await connectTo(cluster, await cluster.namespace());
});
const servers: Server[] = [];
afterAll(async () => {
  for (const server of servers) server.close();
  connection.close();
  await cluster.close();
});

const certificate = (config: object, options: StepOptions = {}) => ({
  step: stepContext(connection, options),
  config: written(certificateStep, { certificate: config }),
});
const run = ({ step, config }: ReturnType<typeof certificate>) => certificateStep.run(config, step.context);

async function listen(cert: string, key: string): Promise<string> {
  const server = createServer({ cert, key }).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return `127.0.0.1:${(server.address() as { port: number }).port}`;
}

it('a certificate is made, kept while it is good, made anew for another host or when it ends soon, and taken back', async () => {
  const config = { secret: 'web-tls', hosts: ['web.example', '10.0.0.7'], days: 60 };
  const one = certificate(config);
  expect((await certificateStep.plan?.(one.config, one.step.context))?.changes[0]).toMatchObject({ action: 'create' });
  const before = await certificateStep.before?.(one.config, one.step.context);
  expect((await run(one)).outputs).toMatchObject({ action: 'created', names: ['web.example', '10.0.0.7'], days: 59 });
  const path = `/api/v1/namespaces/${connection.info.namespace}/secrets/web-tls`;
  const read = async () => (await cluster.get(path)).body as { type: string; data: Record<string, string> };
  const { type, data } = await read();
  expect(type).toBe('kubernetes.io/tls');
  const pem = (key: string) => Buffer.from(data[key] ?? '', 'base64').toString();
  const [server, authority] = [new X509Certificate(pem('tls.crt')), new X509Certificate(pem('ca.crt'))];
  expect(server.verify(authority.publicKey) && authority.ca && !server.ca).toBe(true);
  expect(await certificateStep.probe?.(one.config, one.step.context)).toMatchObject({ done: true });
  expect((await run(one)).outputs).toMatchObject({ action: 'kept' });
  expect((await read()).data).toEqual(data);
  const more = certificate({ ...config, hosts: ['web.example', 'api.example'] });
  expect((await run(more)).outputs).toMatchObject({ action: 'renewed' });
  const soon = certificate({ ...config, hosts: ['api.example'], days: 90, renew: 61 });
  expect(await certificateStep.probe?.(soon.config, soon.step.context)).toMatchObject({ done: false });
  expect((await run(soon)).outputs).toMatchObject({ action: 'renewed', days: 89 });
  await certificateStep.undo?.(one.config, one.step.context, before);
  expect((await cluster.get(path)).status).toBe(404);
});

it('what an endpoint shows is judged by its date, its name and its authority', async () => {
  const made = await makeCertificate(['localhost', '127.0.0.1'], 10, 'an authority');
  const check = await listen(made.certificate, made.key);
  const trusting = await run(certificate({ check, 'any-authority': true }));
  expect(trusting).toMatchObject({ status: 'done', outputs: { days: 9, issuer: 'CN=an authority' } });
  expect(trusting.findings?.map(({ level }) => level)).toEqual(['warning', 'ok', 'ok']);
  const named = await run(certificate({ check, name: 'other.example', days: 5 }));
  expect(named.status).toBe('not-met');
  expect(named.findings?.map(({ level }) => level)).toEqual(['ok', 'fatal', 'fatal']);
  const old = await makeCertificate(['127.0.0.1'], -0.01, 'an authority');
  const expired = await run(certificate({ check: await listen(old.certificate, old.key), 'any-authority': true }));
  expect(expired.findings?.[0]).toMatchObject({ level: 'fatal', observed: expect.stringContaining('it ended on') });
  await expect(run(certificate({ check: '127.0.0.1:1' }))).rejects.toThrow('127.0.0.1:1 shows no certificate');
});

it('a Certificate of cert-manager is waited for, and says when it ends', async () => {
  const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const version = { name: 'v1', served: true, storage: true, schema, subresources: { status: {} } };
  const names = { kind: 'Certificate', plural: 'certificates', singular: 'certificate' };
  await cluster.post(definitions, {
    metadata: { name: 'certificates.cert-manager.io' },
    spec: { group: 'cert-manager.io', scope: 'Namespaced', names, versions: [version] },
  });
  const list = `/apis/cert-manager.io/v1/namespaces/${connection.info.namespace}/certificates`;
  await cluster.until(list, ({ status }) => status === 200);
  forgetResources(connection);
  const missing = certificate({ ready: 'Certificate/web' });
  await expect(run(missing)).rejects.toThrow('There is no Certificate/web');
  await cluster.post(list, {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: { name: 'web' },
    spec: {},
  });
  const waiting = run(certificate({ ready: 'Certificate/web' }));
  const conditions = [{ type: 'Ready', status: 'True', reason: 'Ready', message: 'up to date' }];
  const status = { observedGeneration: 1, conditions, notAfter: '2099-01-01T00:00:00Z' };
  await cluster.patch(`${list}/web/status`, { status }, 'merge-patch+json');
  expect((await waiting).outputs).toMatchObject({ action: 'ready', expires: '2099-01-01T00:00:00Z' });
  await cluster.remove(`${definitions}/certificates.cert-manager.io`);
});
