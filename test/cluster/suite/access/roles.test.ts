import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCluster } from '../../support/cluster.ts';

const cluster = await openCluster();
afterAll(() => cluster.close());

const rbac = '/apis/rbac.authorization.k8s.io/v1';
const reviews = '/apis/authorization.k8s.io/v1';

let namespace = '';
let token = '';
let user = '';

const as = () => ({ token });
const inNamespace = (resource: string) => `${rbac}/namespaces/${namespace}/${resource}`;

async function grant(name: string, rules: object[]): Promise<void> {
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name };
  const subjects = [{ kind: 'ServiceAccount', name: 'default', namespace }];
  expect((await cluster.post(inNamespace('roles'), { metadata: { name }, rules })).status).toBe(201);
  expect((await cluster.post(inNamespace('rolebindings'), { metadata: { name }, subjects, roleRef })).status).toBe(201);
}

/** A real server sees new roles a moment later. */
async function untilAllowed(attributes: object, wanted = true): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const { body } = await cluster.post(
      `${reviews}/selfsubjectaccessreviews`,
      { spec: { resourceAttributes: attributes } },
      as(),
    );
    if (body.status.allowed === wanted) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`never became ${wanted}: ${JSON.stringify(attributes)}`);
}

beforeAll(async () => {
  namespace = await cluster.namespace();
  user = `system:serviceaccount:${namespace}:default`;
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/default/token`;
  token = (await cluster.post(path, { spec: {} })).body.status.token;
});

it('an account may nothing at first', async () => {
  const { status, body } = await cluster.get(`/api/v1/namespaces/${namespace}/pods`, as());
  expect(status).toBe(403);
  expect(body).toEqual({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `pods is forbidden: User "${user}" cannot list resource "pods" in API group "" in the namespace "${namespace}"`,
    reason: 'Forbidden',
    details: { kind: 'pods' },
    code: 403,
  });
});

it('every known user may discover', async () => {
  for (const path of ['/api', '/apis', '/version', '/openapi/v3', '/api/v1', '/apis/apps/v1'])
    expect((await cluster.get(path, as())).status, path).toBe(200);
  expect((await cluster.get('/metrics', as())).body.message).toBe(
    `forbidden: User "${user}" cannot get path "/metrics"`,
  );
});

describe('a role in a namespace', () => {
  beforeAll(async () => {
    await grant('reader', [
      { verbs: ['get', 'list'], apiGroups: [''], resources: ['configmaps'] },
      { verbs: ['get'], apiGroups: [''], resources: ['secrets'], resourceNames: ['one'] },
      { verbs: ['get'], apiGroups: [''], resources: ['*/log'] },
      { verbs: ['get', 'create'], apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'] },
    ]);
    await untilAllowed({ verb: 'list', resource: 'configmaps', namespace });
  });

  it('allows its verbs there and no others', async () => {
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    expect((await cluster.get(path, as())).status).toBe(200);
    expect((await cluster.get(`${path}?watch=1`, as())).body.message).toContain('cannot watch resource "configmaps"');
    expect((await cluster.post(path, { metadata: { name: 'x' } }, as())).body.message).toContain(
      'cannot create resource',
    );
    expect((await cluster.get('/api/v1/configmaps', as())).body.message).toContain('at the cluster scope');
    expect((await cluster.get('/api/v1/namespaces/default/configmaps', as())).status).toBe(403);
  });

  it('allows single names', async () => {
    const path = `/api/v1/namespaces/${namespace}/secrets`;
    expect((await cluster.get(`${path}/one`, as())).status).toBe(404);
    expect((await cluster.get(`${path}/two`, as())).status).toBe(403);
    expect((await cluster.get(path, as())).status).toBe(403);
  });

  it('allows a subresource of everything', async () => {
    expect((await cluster.get(`/api/v1/namespaces/${namespace}/pods/none/log`, as())).status).toBe(404);
    expect((await cluster.get(`/api/v1/namespaces/${namespace}/pods/none`, as())).status).toBe(403);
  });

  it('is named as the reason', async () => {
    const resourceAttributes = { verb: 'get', resource: 'configmaps', namespace };
    const mine = await cluster.post(`${reviews}/selfsubjectaccessreviews`, { spec: { resourceAttributes } }, as());
    expect(mine.status).toBe(201);
    expect(mine.body.status).toEqual({
      allowed: true,
      reason: `RBAC: allowed by RoleBinding "reader/${namespace}" of Role "reader" to ServiceAccount "default/${namespace}"`,
    });
    const path = `${reviews}/namespaces/${namespace}/localsubjectaccessreviews`;
    const other = await cluster.post(path, { spec: { user: 'nobody', resourceAttributes } });
    expect(other.body.status).toEqual({ allowed: false });
    expect(other.body.metadata.namespace).toBe(namespace);
  });

  it('lists in a rules review', async () => {
    const { status, body } = await cluster.post(`${reviews}/selfsubjectrulesreviews`, { spec: { namespace } }, as());
    expect(status).toBe(201);
    expect(body.status.incomplete).toBe(false);
    expect(body.status.resourceRules).toHaveLength(6);
    expect(body.status.resourceRules).toContainEqual({
      verbs: ['get'],
      apiGroups: [''],
      resources: ['secrets'],
      resourceNames: ['one'],
    });
    const paths = body.status.nonResourceRules.flatMap((rule: { nonResourceURLs: string[] }) => rule.nonResourceURLs);
    expect(paths).toEqual(expect.arrayContaining(['/version/', '/openid/v1/jwks', '/apis/*']));
  });

  it('gives nobody more than he has', async () => {
    const rules = [
      { verbs: ['get', 'delete'], apiGroups: [''], resources: ['configmaps', 'pods'] },
      { verbs: ['get'], apiGroups: [''], resources: ['secrets'], resourceNames: ['one'] },
    ];
    const { status, body } = await cluster.post(inNamespace('roles'), { metadata: { name: 'more' }, rules }, as());
    expect(status).toBe(403);
    expect(body.message).toBe(
      [
        `roles.rbac.authorization.k8s.io "more" is forbidden: user "${user}" (groups=["system:serviceaccounts" "system:serviceaccounts:${namespace}" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:`,
        '{APIGroups:[""], Resources:["configmaps"], Verbs:["delete"]}',
        '{APIGroups:[""], Resources:["pods"], Verbs:["get" "delete"]}',
      ].join('\n'),
    );
    expect(body.details).toEqual({ name: 'more', group: 'rbac.authorization.k8s.io', kind: 'roles' });
    const same = { metadata: { name: 'same' }, rules: rules.slice(1) };
    expect((await cluster.post(inNamespace('roles'), same, as())).status).toBe(201);
  });

  it('lets nobody bind what he has not', async () => {
    const bind = (name: string) =>
      cluster.post(
        inNamespace('rolebindings'),
        {
          metadata: { name: 'more' },
          subjects: [{ kind: 'User', name: 'bob' }],
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
        },
        as(),
      );
    const refused = await bind('system:auth-delegator');
    expect(refused.status).toBe(403);
    expect(refused.body.message).toMatch(
      /is attempting to grant RBAC permissions not currently held:\n\{APIGroups:\["authentication.k8s.io"\], Resources:\["tokenreviews"\], Verbs:\["create"\]\}\n/,
    );
    const missing = await bind('no-such-role');
    expect(missing.status).toBe(404);
    expect(missing.body.message).toBe('rolebindings.rbac.authorization.k8s.io "no-such-role" not found');
  });

  it('names a role that is not there in the refusal', async () => {
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'gone' };
    const subjects = [{ kind: 'ServiceAccount', name: 'default' }];
    await cluster.post(inNamespace('rolebindings'), { metadata: { name: 'dangling' }, subjects, roleRef });
    const { body } = await cluster.until(
      `/api/v1/namespaces/${namespace}/pods`,
      (answer) => answer.text.includes('RBAC'),
      as(),
    );
    expect(body.message).toBe(
      `pods is forbidden: User "${user}" cannot list resource "pods" in API group "" in the namespace "${namespace}": RBAC: role.rbac.authorization.k8s.io "gone" not found`,
    );
    await cluster.remove(`${inNamespace('rolebindings')}/dangling`);
  });

  it('impersonates nobody without the verb for it', async () => {
    const { status, body } = await cluster.get(`/api/v1/namespaces/${namespace}/configmaps`, {
      ...as(),
      headers: { 'impersonate-user': 'bob' },
    });
    expect(status).toBe(403);
    expect(body.message).toBe(
      `configmaps is forbidden: User "${user}" cannot impersonate-on:user-info:list resource "configmaps" in API group "" in the namespace "${namespace}"`,
    );
  });

  it('ends with its binding', async () => {
    await cluster.remove(`${inNamespace('rolebindings')}/reader`);
    await untilAllowed({ verb: 'list', resource: 'configmaps', namespace }, false);
    expect((await cluster.get(`/api/v1/namespaces/${namespace}/configmaps`, as())).status).toBe(403);
  });
});

describe('what makes no sense is refused', () => {
  it.each([
    [
      'roles',
      { rules: [{ verbs: [], resources: ['x'] }] },
      'Role.rbac.authorization.k8s.io "bad" is invalid: [rules[0].verbs: Required value: verbs must contain at least one value, rules[0].apiGroups: Required value: resource rules must supply at least one api group]',
    ],
    [
      'rolebindings',
      {
        subjects: [{ kind: 'Useer', name: 'x' }],
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: '' },
      },
      'RoleBinding.rbac.authorization.k8s.io "bad" is invalid: [roleRef.name: Required value, subjects[0].kind: Unsupported value: "Useer": supported values: "ServiceAccount", "User", "Group"]',
    ],
  ])('in %s', async (resource, object, message) => {
    const { status, body } = await cluster.post(inNamespace(resource), { metadata: { name: 'bad' }, ...object });
    expect(status).toBe(422);
    expect(body.message).toBe(message);
  });

  it('in a review', async () => {
    const { status, body } = await cluster.post(`${reviews}/subjectaccessreviews`, { spec: {} });
    expect(status).toBe(422);
    expect(body.message).toBe(
      '.authorization.k8s.io "" is invalid: [spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified, spec.user: Invalid value: "": at least one of user or group must be specified]',
    );
  });
});

describe.skipIf(!cluster.ours)('the first roles', () => {
  it('let everybody known discover, and say so', async () => {
    const spec = { user: 'x', groups: ['system:authenticated'], nonResourceAttributes: { verb: 'get', path: '/apis' } };
    const { body } = await cluster.post(`${reviews}/subjectaccessreviews`, { spec });
    expect(body.status).toEqual({
      allowed: true,
      reason:
        'RBAC: allowed by ClusterRoleBinding "system:discovery" of ClusterRole "system:discovery" to Group "system:authenticated"',
    });
  });

  it.each(['clusterroles', 'clusterrolebindings'])('are all there: %s', async (resource) => {
    const { body } = await cluster.get(`${rbac}/${resource}?labelSelector=kubernetes.io/bootstrapping=rbac-defaults`);
    expect(body.items.length).toBeGreaterThan(40);
    const names = body.items.map((item: { metadata: { name: string } }) => item.metadata.name);
    expect(names).toEqual(
      expect.arrayContaining(
        ['cluster-admin', 'system:basic-user', 'system:public-info-viewer'].slice(
          0,
          resource === 'clusterroles' ? 3 : 2,
        ),
      ),
    );
  });

  it('gather others by label', async () => {
    const label = `suite-${process.pid}`;
    const names = { whole: `suite-whole-${process.pid}`, part: `suite-part-${process.pid}` };
    const rule = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };
    await cluster.post(`${rbac}/clusterroles`, {
      metadata: { name: names.whole },
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [label]: 'yes' } }] },
    });
    await cluster.post(`${rbac}/clusterroles`, {
      metadata: { name: names.part, labels: { [label]: 'yes' } },
      rules: [rule],
    });
    const whole = await cluster.until(`${rbac}/clusterroles/${names.whole}`, ({ body }) => body.rules?.length === 1);
    expect(whole.body.rules).toEqual([rule]);
    expect(whole.body.metadata.managedFields).toContainEqual(
      expect.objectContaining({
        manager: 'clusterrole-aggregation-controller',
        operation: 'Apply',
        fieldsV1: { 'f:rules': {} },
      }),
    );
    await cluster.remove(`${rbac}/clusterroles/${names.part}`);
    await cluster.until(`${rbac}/clusterroles/${names.whole}`, ({ body }) => !body.rules?.length);
    await cluster.remove(`${rbac}/clusterroles/${names.whole}`);
  });
});
