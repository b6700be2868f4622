import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { connect } from '../../../src/cluster/connect/connect.ts';
import type { Connection } from '../../../src/cluster/connection.ts';
import type { Playbook, StepDefinition } from '../../../src/playbooks/model.ts';
import type { FlatStep } from '../../../src/playbooks/plan.ts';
import { checkRights, missingRights } from '../../../src/playbooks/runs/preflight.ts';
import { stepKinds } from '../../../src/playbooks/steps/registry.ts';
import { openCluster } from '../support/cluster.ts';
import { stepContext } from '../support/steps.ts';

const cluster = await openCluster();
let connection: Connection;
let namespace = '';

/** A connection as a service account that may read and change ConfigMaps, and only read Deployments. */
beforeAll(async () => {
  namespace = await cluster.namespace();
  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  const core = `/api/v1/namespaces/${namespace}`;
  await cluster.post(`${core}/serviceaccounts`, { metadata: { name: 'limited' } });
  const { body } = await cluster.post(`${core}/serviceaccounts/limited/token`, { spec: {} });
  await cluster.post(`${rbac}/roles`, {
    metadata: { name: 'limited' },
    rules: [
      { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'] },
      { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] },
    ],
  });
  await cluster.post(`${rbac}/rolebindings`, {
    metadata: { name: 'limited' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'limited' },
    subjects: [{ kind: 'ServiceAccount', name: 'limited', namespace }],
  });
  const config = parse(readFileSync(cluster.access.kubeconfig, 'utf8'));
  for (const one of config.users) one.user = { token: body.status.token };
  const kubeconfig = join(mkdtempSync(join(tmpdir(), 'tars-console-rights-')), 'config');
  writeFileSync(kubeconfig, stringify(config), { mode: 0o600 });
  connection = await connect({ kubeconfig, namespace, sandbox: false });
});
afterAll(async () => {
  connection.close();
  await cluster.close();
});

const manifests = {
  'settings.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\n',
  'web.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\n',
};

function preflight(...steps: { title: string; config: Record<string, unknown> }[]) {
  const { context } = stepContext(connection, { files: manifests });
  const places = steps.map(({ title, config }, line): FlatStep => {
    const step: StepDefinition = { id: `s${line}`, title, kind: 'apply', config, line };
    return { id: step.id, step, playbook: {} as Playbook, depth: 0, called: undefined, parent: undefined };
  });
  return { places, stepKinds, connection, contextFor: () => context };
}

it('what one may do is no matter', async () => {
  expect(await missingRights(preflight({ title: 'Settings', config: { apply: 'settings.yaml' } }))).toEqual([]);
});

it('what is missing is named once, with the steps that need it and the rules that would give it', async () => {
  const asked = preflight(
    { title: 'Settings', config: { apply: 'settings.yaml' } },
    { title: 'Start it', config: { apply: 'web.yaml' } },
    { title: 'Start it again', config: { apply: 'web.yaml' } },
  );
  const right = { group: 'apps', resource: 'deployments', namespace, steps: ['Start it', 'Start it again'] };
  expect(await missingRights(asked)).toMatchObject([
    { verb: 'patch', ...right },
    { verb: 'create', ...right },
  ]);
  await expect(checkRights(asked)).rejects.toMatchObject({
    message: '2 rights are missing; nothing was done',
    evidence: [
      expect.stringMatching(`^patch deployments.apps in ${namespace}: for Start it, Start it again`),
      expect.stringMatching('^create deployments.apps'),
    ],
    next: expect.arrayContaining([
      'kind: Role',
      `metadata: { name: tars-console, namespace: ${namespace} }`,
      '  - { apiGroups: ["apps"], resources: ["deployments"], verbs: ["patch", "create"] }',
    ]),
  });
});

it('what is not in a namespace is asked of the whole cluster', async () => {
  const asked = preflight({ title: 'Space', config: { apply: 'settings.yaml', 'create-namespace': true } });
  const missing = await missingRights(asked);
  expect(missing.map(({ verb, resource, namespace: at }) => [verb, resource, at])).toEqual([
    ['get', 'namespaces', ''],
    ['patch', 'namespaces', ''],
    ['create', 'namespaces', ''],
  ]);
});
