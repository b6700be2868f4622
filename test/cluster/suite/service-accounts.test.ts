import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCluster } from '../support/cluster.ts';

const cluster = await openCluster();
afterAll(() => cluster.close());

let namespace = '';
let base = '';
beforeAll(async () => {
  namespace = await cluster.namespace();
  base = `/api/v1/namespaces/${namespace}`;
  await cluster.post(`${base}/serviceaccounts`, { metadata: { name: 'robot' } });
});

const reviews = '/apis/authentication.k8s.io/v1/tokenreviews';
const create = (path: string, object: object) => cluster.post(`${base}/${path}`, object);
const requestToken = (account: string, spec: object) => create(`serviceaccounts/${account}/token`, { spec });

function claimsOf(token: string) {
  const [, body = ''] = token.split('.');
  return JSON.parse(Buffer.from(body, 'base64url').toString('utf8'));
}

const container = { name: 'main', image: 'web:1' };
const pod = (name: string, spec: object = {}) => ({
  metadata: { name },
  spec: { nodeSelector: { nowhere: 'true' }, containers: [container], ...spec },
});

describe('a requested token', () => {
  it('is a signed statement about the account', async () => {
    const { status, body } = await requestToken('robot', {});
    expect(status).toBe(201);
    expect(body).toMatchObject({
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name: 'robot', namespace },
      spec: { expirationSeconds: 3600, boundObjectRef: null },
    });
    const claims = claimsOf(body.status.token);
    expect(claims).toEqual({
      aud: body.spec.audiences,
      exp: claims.iat + 3600,
      iat: expect.any(Number),
      iss: body.spec.audiences[0],
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      'kubernetes.io': { namespace, serviceaccount: { name: 'robot', uid: body.metadata.uid } },
      nbf: claims.iat,
      sub: `system:serviceaccount:${namespace}:robot`,
    });
    expect(Date.parse(body.status.expirationTimestamp) / 1000).toBeCloseTo(claims.exp, -1);
  });

  it('says who it is', async () => {
    const { token } = (await requestToken('robot', {})).body.status;
    const { status, body } = await cluster.post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, { token });
    expect(status).toBe(201);
    expect(body.status.userInfo).toEqual({
      username: `system:serviceaccount:${namespace}:robot`,
      uid: claimsOf(token)['kubernetes.io'].serviceaccount.uid,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${claimsOf(token).jti}`] },
    });
  });

  it('for others opens nothing here', async () => {
    const { token } = (await requestToken('robot', { audiences: ['vault'] })).body.status;
    expect(claimsOf(token).aud).toEqual(['vault']);
    expect((await cluster.get('/version', { token })).status).toBe(401);
    const { body } = await cluster.post(reviews, { spec: { token, audiences: ['vault'] } });
    expect(body.status).toMatchObject({ authenticated: true, audiences: ['vault'] });
  });

  it.each([
    [
      { expirationSeconds: 60 },
      422,
      'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes',
    ],
    [{ boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'none' } }, 404, 'pods "none" not found'],
    [
      { boundObjectRef: { kind: 'ConfigMap', apiVersion: 'v1', name: 'none' } },
      400,
      'cannot bind token to object of type /v1, Kind=ConfigMap',
    ],
  ])('cannot be had with %j', async (spec, code, message) => {
    const { status, body } = await requestToken('robot', spec);
    expect(status).toBe(code);
    expect(body.message).toBe(message);
  });

  it('cannot be had for nobody', async () => {
    const { status, body } = await requestToken('nobody', {});
    expect(status).toBe(404);
    expect(body.message).toBe('serviceaccounts "nobody" not found');
  });

  it('ends with the account', async () => {
    await create('serviceaccounts', { metadata: { name: 'leaver' } });
    const { token } = (await requestToken('leaver', {})).body.status;
    expect((await cluster.get('/api', { token })).status).toBe(200);
    await cluster.remove(`${base}/serviceaccounts/leaver`);
    await cluster.until('/api', ({ status }) => status === 401, { token });
  });

  it('ends with the pod that it is bound to', async () => {
    await create('pods', pod('bound'));
    const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: 'bound' };
    const refused = await requestToken('robot', { boundObjectRef });
    expect(refused.status).toBe(400);
    expect(refused.body.message).toBe(
      'cannot bind token for serviceaccount "robot" to pod running with different serviceaccount name.',
    );
    const { token } = (await requestToken('default', { boundObjectRef, expirationSeconds: 3607 })).body.status;
    const claims = claimsOf(token);
    expect(claims['kubernetes.io'].pod.name).toBe('bound');
    // What a kubelet asks for lasts a year and warns.
    expect(claims.exp - claims.iat).toBe(31_536_000);
    expect(claims['kubernetes.io'].warnafter - claims.iat).toBe(3607);
    const { body } = await cluster.post(reviews, { spec: { token } });
    expect(body.status.user.extra).toMatchObject({ 'authentication.kubernetes.io/pod-name': ['bound'] });
    await cluster.remove(`${base}/pods/bound`);
    await cluster.until('/api', ({ status }) => status === 401, { token });
  });
});

describe('a review of a token', () => {
  it('says whose it is', async () => {
    const { token } = (await requestToken('robot', {})).body.status;
    const { status, body } = await cluster.post(reviews, { spec: { token } });
    expect(status).toBe(201);
    expect(body.status).toMatchObject({
      authenticated: true,
      user: { username: `system:serviceaccount:${namespace}:robot` },
    });
    expect(body.status.audiences).toEqual(claimsOf(token).aud);
    const elsewhere = await cluster.post(reviews, { spec: { token, audiences: ['x'] } });
    expect(elsewhere.body.status).toEqual({
      user: {},
      error: `[invalid bearer token, token audiences ["${claimsOf(token).aud[0]}"] is invalid for the target audiences ["x"]]`,
    });
  });

  it('knows no others', async () => {
    const { body } = await cluster.post(reviews, { spec: { token: 'nothing' } });
    expect(body.status).toEqual({ user: {}, error: 'invalid bearer token' });
    const none = await cluster.post(reviews, { spec: {} });
    expect(none.status).toBe(400);
    expect(none.body.message).toBe('token is required for TokenReview in authentication');
  });
});

describe('a new pod', () => {
  const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount';

  it('runs as the default account, with its token', async () => {
    const { body } = await create('pods', pod('plain'));
    expect(body.spec).toMatchObject({ serviceAccountName: 'default', serviceAccount: 'default' });
    const [volume] = body.spec.volumes;
    expect(volume).toEqual({
      name: expect.stringMatching(/^kube-api-access-[bcdfghjklmnpqrstvwxz2456789]{5}$/),
      projected: {
        sources: [
          { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
          { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
          {
            downwardAPI: {
              items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
            },
          },
        ],
        defaultMode: 420,
      },
    });
    expect(body.spec.containers[0].volumeMounts).toEqual([{ name: volume.name, readOnly: true, mountPath }]);
  });

  it('keeps what it mounts there itself', async () => {
    const own = { ...container, volumeMounts: [{ name: 'own', mountPath }] };
    const spec = {
      containers: [own],
      initContainers: [{ name: 'first', image: 'web:1' }],
      volumes: [{ name: 'own', emptyDir: {} }],
    };
    const { body } = await create('pods', pod('mounting', spec));
    expect(body.spec.containers[0].volumeMounts).toEqual([{ name: 'own', mountPath }]);
    expect(body.spec.initContainers[0].volumeMounts).toHaveLength(1);
    expect(body.spec.volumes).toHaveLength(2);
  });

  it('without a wish for it gets no token', async () => {
    const { body } = await create('pods', pod('modest', { automountServiceAccountToken: false }));
    expect(body.spec.volumes).toBeUndefined();
  });

  it('gets what its account says of tokens and pull secrets', async () => {
    const account = {
      metadata: { name: 'puller' },
      automountServiceAccountToken: false,
      imagePullSecrets: [{ name: 'a' }],
    };
    await create('serviceaccounts', account);
    const { body } = await create('pods', pod('pulling', { serviceAccountName: 'puller' }));
    expect(body.spec).toMatchObject({ serviceAccount: 'puller', imagePullSecrets: [{ name: 'a' }] });
    expect(body.spec.volumes).toBeUndefined();
  });

  it('needs its account', async () => {
    const { status, body } = await create('pods', pod('orphan', { serviceAccountName: 'nobody' }));
    expect(status).toBe(403);
    expect(body.message).toBe(
      `pods "orphan" is forbidden: error looking up service account ${namespace}/nobody: serviceaccount "nobody" not found`,
    );
  });
});

describe('a Secret with a token', () => {
  const secret = (name: string, account: string) => ({
    metadata: { name, annotations: { 'kubernetes.io/service-account.name': account } },
    type: 'kubernetes.io/service-account-token',
  });

  it('is filled in, and its token works until it is gone', async () => {
    await create('serviceaccounts', { metadata: { name: 'keeper' } });
    await create('secrets', secret('kept', 'keeper'));
    const { body } = await cluster.until(`${base}/secrets/kept`, (answer) => answer.body.data?.token);
    const read = (key: string) => Buffer.from(body.data[key], 'base64').toString('utf8');
    expect(read('namespace')).toBe(namespace);
    expect(read('ca.crt')).toContain('BEGIN CERTIFICATE');
    expect(body.metadata.annotations['kubernetes.io/service-account.uid']).toMatch(/^[0-9a-f-]{36}$/);
    const token = read('token');
    expect(claimsOf(token)).toMatchObject({
      iss: 'kubernetes/serviceaccount',
      'kubernetes.io/serviceaccount/secret.name': 'kept',
      sub: `system:serviceaccount:${namespace}:keeper`,
    });
    expect((await cluster.get('/api', { token })).status).toBe(200);
    await cluster.remove(`${base}/serviceaccounts/keeper`);
    await cluster.until(`${base}/secrets/kept`, ({ status }) => status === 404);
    await cluster.until('/api', ({ status }) => status === 401, { token });
  });

  it('of nobody is removed', async () => {
    expect((await create('secrets', secret('lost', 'nobody'))).status).toBe(201);
    await cluster.until(`${base}/secrets/lost`, ({ status }) => status === 404);
  });

  it('holds the one token that is good', async () => {
    await create('serviceaccounts', { metadata: { name: 'changer' } });
    await create('secrets', secret('changed', 'changer'));
    const { body } = await cluster.until(`${base}/secrets/changed`, (answer) => answer.body.data?.token);
    const token = Buffer.from(body.data.token, 'base64').toString('utf8');
    expect((await cluster.get('/api', { token })).status).toBe(200);
    await cluster.patch(`${base}/secrets/changed`, { stringData: { token: 'another' } }, 'merge-patch+json');
    await cluster.until('/api', ({ status }) => status === 401, { token });
  });

  it('names its account', async () => {
    const { status, body } = await create('secrets', {
      metadata: { name: 'unnamed' },
      type: 'kubernetes.io/service-account-token',
    });
    expect(status).toBe(422);
    expect(body.message).toBe(
      'Secret "unnamed" is invalid: metadata.annotations[kubernetes.io/service-account.name]: Required value',
    );
  });
});

describe('every namespace', () => {
  it('knows the authority of the API server', async () => {
    const { body } = await cluster.until(`${base}/configmaps/kube-root-ca.crt`, ({ status }) => status === 200);
    expect(Object.keys(body.data)).toEqual(['ca.crt']);
    expect(body.metadata.annotations['kubernetes.io/description']).toContain('Contains a CA bundle');
  });

  it('gets it back, and its default account too', async () => {
    const before = (await cluster.get(`${base}/serviceaccounts/default`)).body.metadata.uid;
    await cluster.remove(`${base}/configmaps/kube-root-ca.crt`);
    await cluster.remove(`${base}/serviceaccounts/default`);
    await cluster.until(`${base}/configmaps/kube-root-ca.crt`, ({ status }) => status === 200);
    await cluster.until(
      `${base}/serviceaccounts/default`,
      ({ status, body }) => status === 200 && body.metadata.uid !== before,
    );
  });
});
