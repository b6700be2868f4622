import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate, type ServingCertificate } from '../../../src/sandbox/api/certificate.ts';
import type { Divergence } from '../divergences.ts';
import { openCluster } from '../support/cluster.ts';

type Review = { request: Record<string, unknown> & { object: { metadata: { name: string } } } };
type Reply = { allowed: boolean; [field: string]: unknown };

const cluster = await openCluster();
let certificate: ServingCertificate;
let namespace = '';
const made: string[] = [];
const servers: ReturnType<typeof createServer>[] = [];
const path = (kind: string) => `/apis/admissionregistration.k8s.io/v1/${kind}webhookconfigurations`;
beforeAll(async () => {
  certificate = await makeCertificate();
  namespace = await cluster.namespace();
});
afterAll(async () => {
  for (const one of made) await cluster.remove(one);
  for (const server of servers) server.close();
  await cluster.close();
});

/** A webhook server on loopback, which both servers reach; what it was asked, in order. */
async function serve(reply: (review: Review) => Reply | string | number | undefined) {
  const asked: (Review & { path: string })[] = [];
  const server = createServer(certificate, (incoming, response) => {
    let body = '';
    incoming.on('data', (chunk) => {
      body += chunk;
    });
    incoming.on('end', () => {
      const review = JSON.parse(body) as Review;
      asked.push({ ...review, path: incoming.url ?? '' });
      const answer = reply(review);
      if (answer === undefined) return;
      if (typeof answer === 'number') return response.writeHead(answer).end('it broke');
      if (typeof answer === 'string') return response.end(answer);
      const { uid } = review.request;
      response.setHeader('content-type', 'application/json');
      const said = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid, ...answer } };
      response.end(JSON.stringify(said));
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/judge`, asked };
}

/** Registers one webhook for ConfigMaps of the namespace, and waits until the server has heard of it. */
async function register(kind: 'validating' | 'mutating', name: string, clientConfig: object, more: object = {}) {
  const kindName = kind === 'mutating' ? 'MutatingWebhookConfiguration' : 'ValidatingWebhookConfiguration';
  const { status, text } = await cluster.post(path(kind), {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: kindName,
    metadata: { name: `${namespace}-${name}` },
    webhooks: [
      {
        name: `${name}.example.com`,
        clientConfig,
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        objectSelector: { matchLabels: { ask: name } },
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        timeoutSeconds: 2,
        ...more,
      },
    ],
  });
  expect(status, text).toBe(201);
  made.push(`${path(kind)}/${namespace}-${name}`);
}

const bundle = () => Buffer.from(certificate.ca).toString('base64');
const at = (url: string) => ({ url, caBundle: bundle() });
const configMaps = () => `/api/v1/namespaces/${namespace}/configmaps`;
let count = 0;
const create = (ask: string, more: object = {}, query: Record<string, string> = {}) => {
  count += 1;
  const object = { metadata: { name: `made-${count}`, labels: { ask } }, ...more };
  return cluster.post(configMaps(), object, { query });
};
/** Once the server has heard of a webhook it asks it: until then it lets everything through. */
async function refusal(ask: string) {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const answer = await create(ask);
    if (answer.status !== 201 || Date.now() > deadline) return answer;
  }
}

describe.runIf(cluster.ours)('a webhook that judges', () => {
  it('is told who does what to which object, and refuses in its own words', async () => {
    const { url, asked } = await serve(({ request }) => ({
      allowed: false,
      status: { message: `not ${request.object.metadata.name}`, code: 403, reason: 'Forbidden' },
      warnings: ['ask somebody'],
    }));
    await register('validating', 'says-no', at(url));
    const { status, body, headers } = await refusal('says-no');
    const name = `made-${count}`;
    expect(status).toBe(403);
    expect(body).toMatchObject({
      kind: 'Status',
      status: 'Failure',
      reason: 'Forbidden',
      message: `admission webhook "says-no.example.com" denied the request: not ${name}`,
    });
    expect(String(headers.warning)).toContain('ask somebody');
    const { request, path: asking } = asked.at(-1) as Review & { path: string };
    expect(asking).toBe('/judge?timeout=2s');
    expect(request).toMatchObject({
      kind: { group: '', version: 'v1', kind: 'ConfigMap' },
      resource: { group: '', version: 'v1', resource: 'configmaps' },
      requestKind: { group: '', version: 'v1', kind: 'ConfigMap' },
      requestResource: { group: '', version: 'v1', resource: 'configmaps' },
      ...{ name, namespace, operation: 'CREATE', oldObject: null, dryRun: false },
      object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, uid: expect.any(String) } },
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
      userInfo: { username: expect.any(String), groups: expect.arrayContaining(['system:authenticated']) },
    });
  });

  it('refuses without a word, with a code that is none of a refusal', async () => {
    const { url } = await serve(() => ({ allowed: false, status: { code: 200 } }));
    await register('validating', 'silent-no', at(url));
    const { status, body } = await refusal('silent-no');
    expect(status).toBe(400);
    expect(body.message).toBe('admission webhook "silent-no.example.com" denied the request without explanation');
    expect(body.code).toBe(400);
  });

  it('is asked about changes and deletions with the object as it was', async () => {
    const { url, asked } = await serve(({ request }) =>
      request.operation === 'DELETE' ? { allowed: false, status: { message: 'keep it' } } : { allowed: true },
    );
    const rules = [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['UPDATE', 'DELETE'], resources: ['*'] }];
    await register('validating', 'keeps', at(url), { rules });
    const { body } = await create('keeps', { data: { a: '1' } });
    const one = `${configMaps()}/${body.metadata.name}`;
    let removed = await cluster.remove(`${one}?dryRun=All`);
    for (let tries = 0; tries < 50 && removed.status === 200; tries++)
      removed = await cluster.remove(`${one}?dryRun=All`);
    expect(removed.status).toBe(400);
    expect(removed.body.message).toBe('admission webhook "keeps.example.com" denied the request: keep it');
    expect(asked.at(-1)?.request).toMatchObject({ operation: 'DELETE', object: null, dryRun: true });
    expect(asked.at(-1)?.request.oldObject).toMatchObject({ data: { a: '1' } });
    await cluster.patch(one, { data: { a: '2' } }, 'merge-patch+json');
    expect(asked.at(-1)?.request).toMatchObject({
      operation: 'UPDATE',
      object: { data: { a: '2' } },
      oldObject: { data: { a: '1' } },
      options: { kind: 'UpdateOptions' },
    });
    const all = await cluster.remove(configMaps(), undefined, { query: { labelSelector: 'ask=keeps' } });
    expect(all.status).toBe(400);
  });

  it('is left aside by its selectors, its rules and its conditions', async () => {
    const { url } = await serve(() => ({ allowed: false }));
    const matchConditions = [{ name: 'marked', expression: '"marked" in object.data' }];
    await register('validating', 'some', at(url), { matchConditions });
    for (;;) if ((await create('some', { data: { marked: '' } })).status !== 201) break;
    expect((await create('some', { data: { other: '' } })).status).toBe(201);
    expect((await create('others', { data: { marked: '' } })).status).toBe(201);
    const secret = { metadata: { name: 'some', labels: { ask: 'some' } }, data: { marked: '' } };
    expect((await cluster.post(`/api/v1/namespaces/${namespace}/secrets`, secret)).status).toBe(201);
    const elsewhere = await cluster.namespace();
    const one = { metadata: { name: 'some', labels: { ask: 'some' } }, data: { marked: '' } };
    expect((await cluster.post(`/api/v1/namespaces/${elsewhere}/configmaps`, one)).status).toBe(201);
  });
});

describe.runIf(cluster.ours)('a webhook that changes', () => {
  it('changes what is stored, and what webhooks behind it and validation see', async () => {
    const patch = (value: unknown) => ({
      allowed: true,
      patchType: 'JSONPatch',
      patch: Buffer.from(JSON.stringify(value)).toString('base64'),
    });
    const first = await serve(({ request }) =>
      request.object.metadata.name.endsWith('-bad')
        ? patch([{ op: 'add', path: '/metadata/annotations', value: { 'a b': 'c' } }])
        : patch([{ op: 'add', path: '/data', value: { by: 'first' } }]),
    );
    const second = await serve(({ request }) => ({
      allowed: true,
      warnings: [JSON.stringify((request.object as unknown as { data: unknown }).data)],
    }));
    await register('mutating', 'writes', at(first.url));
    await register('validating', 'writes', at(second.url));
    let answer = await create('writes');
    for (let tries = 0; tries < 100 && second.asked.length === 0; tries++) answer = await create('writes');
    expect(answer.body.data).toEqual({ by: 'first' });
    expect(String(answer.headers.warning)).toContain('first');
    expect((await cluster.get(`${configMaps()}/made-${count}`)).body.data).toEqual({ by: 'first' });
    const bad = await cluster.post(configMaps(), { metadata: { name: 'made-bad', labels: { ask: 'writes' } } });
    expect(bad.status).toBe(422);
    expect(bad.body.message).toContain('metadata.annotations: Invalid value: "a b"');
  });
});

const call = (name: string, url: string, why: string) =>
  `Internal error occurred: failed calling webhook "${name}.example.com": failed to call webhook: Post "${url}?timeout=2s": ${why}`;

describe.runIf(cluster.ours).concurrent('a webhook that does not answer as it should', () => {
  it('refuses what it should have judged, where nothing listens', async () => {
    const url = 'https://127.0.0.1:1/judge';
    await register('validating', 'nobody', at(url));
    const { status, body } = await refusal('nobody');
    expect(status).toBe(500);
    expect(body.reason).toBe('InternalError');
    expect(body.message).toBe(call('nobody', url, 'dial tcp 127.0.0.1:1: connect: connection refused'));
    expect(body.details).toEqual({ causes: [{ message: expect.stringContaining('failed calling webhook') }] });
  });

  it('lets it through with the policy Ignore', async () => {
    await register('validating', 'ignored', at('https://127.0.0.1:1/'), { failurePolicy: 'Ignore' });
    const { url } = await serve(() => ({ allowed: false }));
    await register('validating', 'after-ignored', at(url), { objectSelector: { matchLabels: { ask: 'ignored' } } });
    expect((await refusal('ignored')).body.message).toMatch(/after-ignored/);
  });

  it('says how long it waited', async () => {
    const { url } = await serve(() => undefined);
    await register('validating', 'slow', at(url), { timeoutSeconds: 1 });
    const { status, body } = await refusal('slow');
    expect(status).toBe(500);
    expect(body.message).toBe(call('slow', url, 'context deadline exceeded').replace('timeout=2s', 'timeout=1s'));
  });

  it('with a certificate of somebody whom it does not trust', async () => {
    const { url } = await serve(() => ({ allowed: true }));
    const { ca } = await makeCertificate();
    await register('validating', 'stranger', { url, caBundle: Buffer.from(ca).toString('base64') });
    const { body } = await refusal('stranger');
    expect(body.message).toContain(
      call('stranger', url, 'tls: failed to verify certificate: x509: certificate signed by unknown authority'),
    );
  });

  it('says what it answered, when it broke or did not understand', async () => {
    const { url } = await serve(() => 500);
    await register('validating', 'broken', at(url));
    expect((await refusal('broken')).body.message).toBe(
      'Internal error occurred: failed calling webhook "broken.example.com": failed to call webhook: an error on the server ("it broke") has prevented the request from succeeding',
    );
    const { url: other } = await serve(() => '{}');
    await register('validating', 'strange', at(other));
    expect((await refusal('strange')).body.message).toMatch(/failed calling webhook "strange\.example\.com": /);
    const { url: third } = await serve(() => ({ allowed: true, uid: 'another' }));
    await register('validating', 'another', at(third));
    expect((await refusal('another')).body.message).toMatch(
      /^Internal error occurred: failed calling webhook "another\.example\.com": received invalid webhook response: expected response\.uid="[0-9a-f-]+", got "another"$/,
    );
  });

  it('of a Service that is not there', async () => {
    await register('validating', 'absent', { service: { name: 'absent', namespace }, caBundle: bundle() });
    const { body } = await refusal('absent');
    const url = `https://absent.${namespace}.svc:443/`;
    expect(body.message).toBe(call('absent', url, 'service "absent" not found'));
  });

  it('of a Service that nobody stands behind', async () => {
    const service = { metadata: { name: 'empty' }, spec: { selector: { app: 'nobody' }, ports: [{ port: 443 }] } };
    await cluster.post(`/api/v1/namespaces/${namespace}/services`, service);
    await register('validating', 'empty', {
      service: { name: 'empty', namespace, path: '/judge' },
      caBundle: bundle(),
    });
    const { body } = await refusal('empty');
    expect(body.message).toMatch(
      /^Internal error occurred: failed calling webhook "empty\.example\.com": failed to call webhook: Post "https:\/\/empty\.\S+\.svc:443\/judge\?timeout=2s": /,
    );
    // Where a bare control plane's packets to a Service's address end up is a matter of the machine.
    if (cluster.on === 'sandbox') expect(body.message).toMatch(/dial tcp [\d.]+:443: connect: connection refused$/);
  });
});

it.runIf(cluster.ours)('a webhook with side effects takes no part in what is only tried', async () => {
  const { url } = await serve(() => ({ allowed: false }));
  const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': namespace } };
  await register('validating', 'effects', at(url), { namespaceSelector, sideEffects: 'NoneOnDryRun' });
  expect((await refusal('effects')).status).toBe(400);
  expect((await create('effects', {}, { dryRun: 'All' })).status).toBe(400);
});

const unasked: Divergence = 'webhook-subresources';
it.runIf(cluster.ours)(`a webhook has a say in how something is scaled, on a real server (${unasked})`, async () => {
  const { url } = await serve(() => ({ allowed: false, status: { message: 'stay' } }));
  const rules = [
    { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['deployments/scale'] },
  ];
  await register('validating', 'scales', at(url), { rules, objectSelector: {} });
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  const labels = { app: 'scaled' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'web:1' }] } };
  const spec = { replicas: 0, selector: { matchLabels: labels }, template };
  expect((await cluster.post(path, { metadata: { name: 'scaled' }, spec })).status).toBe(201);
  const scale = () => cluster.patch(`${path}/scaled/scale`, { spec: { replicas: 0 } }, 'merge-patch+json');
  let answer = await scale();
  for (let tries = 0; tries < 50 && answer.status === 200 && cluster.on !== 'sandbox'; tries++) answer = await scale();
  expect(answer.status).toBe(cluster.on === 'sandbox' ? 200 : 400);
});

const letsThrough: Divergence = 'webhook-programs';
it.runIf(cluster.on === 'sandbox')(
  `a program of the sandbox stands in for a webhook, and says so (${letsThrough})`,
  async () => {
    const labels = { app: 'judge' };
    const containers = [{ name: 'judge', image: 'judge:1', ports: [{ containerPort: 8443 }] }];
    const root = `/api/v1/namespaces/${namespace}`;
    await cluster.post(`${root}/pods`, { metadata: { name: 'judge', labels }, spec: { containers } });
    const ports = [{ port: 443, targetPort: 8443 }];
    await cluster.post(`${root}/services`, { metadata: { name: 'judge' }, spec: { selector: labels, ports } });
    await cluster.until(`${root}/endpoints/judge`, ({ body }) => body.subsets?.[0]?.addresses?.length === 1);
    await register('validating', 'judge', { service: { name: 'judge', namespace }, caBundle: bundle() });
    const { status, headers } = await create('judge');
    expect(status).toBe(201);
    expect(String(headers.warning)).toContain('does not run the program behind the webhook');
  },
);
