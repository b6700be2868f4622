import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { packageRoot } from '../../../src/base/package-root.ts';
import type { KubernetesObject } from '../../../src/kubernetes/object.ts';
import type { ClusterUnderTest } from './cluster.ts';

const files = ['cert-manager-definitions.yaml', 'cert-manager-stand-in.yaml'];
const collections: Record<string, string> = {
  Namespace: '/api/v1/namespaces',
  ServiceAccount: '/api/v1/namespaces/cert-manager/serviceaccounts',
  ClusterRole: '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  ClusterRoleBinding: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
  CustomResourceDefinition: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  Deployment: '/apis/apps/v1/namespaces/cert-manager/deployments',
};
const lockPath = '/api/v1/namespaces/default/configmaps';
const lockName = 'tars-console-tests-cert-manager';
/** A file that was killed never gives its turn back. */
const turnMs = 300_000;
/** How long the hook of a file may take that waits until it is its turn. */
export const certManagerHookMs = 900_000;

/**
 * cert-manager belongs to a whole cluster, and files that use it or need it away come one after the other there. To be called
 * before anything is made; the result gives the turn back.
 */
export async function takeCertManagerTurn(cluster: ClusterUnderTest): Promise<() => Promise<void>> {
  for (;;) {
    const lock = { metadata: { name: lockName }, data: { until: String(Date.now() + turnMs) } };
    const { status } = await cluster.post(lockPath, { apiVersion: 'v1', kind: 'ConfigMap', ...lock });
    if (status === 201) return async () => void (await cluster.remove(`${lockPath}/${lockName}`));
    const held = await cluster.get(`${lockPath}/${lockName}`);
    const isOver = Number(held.body?.data?.until ?? 0) < Date.now();
    if (held.status === 200 && isOver) await cluster.remove(`${lockPath}/${lockName}`);
    else await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** The stand-in for cert-manager, installed and at work. The result takes it away again and gives the turn back. */
export async function installCertManager(cluster: ClusterUnderTest): Promise<() => Promise<void>> {
  const giveBack = await takeCertManagerTurn(cluster);
  await removeCertManager(cluster);
  for (const { kind, metadata, ...object } of objects()) {
    const path = `${collections[kind]}/${metadata.name}`;
    const query = { fieldManager: 'suite', force: true };
    const { status, text } = await cluster.patch(path, { kind, metadata, ...object }, 'apply-patch+yaml', { query });
    if (status >= 300) throw new Error(`${kind}/${metadata.name}: ${text}`);
  }
  await cluster.until('/apis/acme.cert-manager.io/v1/challenges', ({ status }) => status === 200);
  await cluster.until(
    '/apis/apps/v1/namespaces/cert-manager/deployments/cert-manager',
    ({ body }) => body?.status?.readyReplicas === 1,
  );
  return async () => {
    await removeCertManager(cluster);
    await giveBack();
  };
}

/** Everything of cert-manager goes, its definitions too, whoever installed it. */
export async function removeCertManager(cluster: ClusterUnderTest): Promise<void> {
  const gone = objects().reverse();
  for (const { kind, metadata } of gone) await cluster.remove(`${collections[kind]}/${metadata.name}`);
  for (const { kind, metadata } of gone)
    await cluster.until(`${collections[kind]}/${metadata.name}`, ({ status }) => status === 404);
}

function objects(): KubernetesObject[] {
  return files.flatMap((file) => {
    const text = readFileSync(join(packageRoot(), 'playbooks', 'cluster', 'manifests', file), 'utf8');
    return parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);
  });
}
