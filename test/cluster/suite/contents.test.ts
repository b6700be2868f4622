import { describe, expect, it } from 'vitest';
import { clusterContents, contentsDifference } from '../../support/cluster-contents.ts';
import { openStepCluster } from '../support/steps.ts';

const { cluster, connection } = await openStepCluster();
const { namespace } = connection.info;
const look = () => clusterContents(connection, { within: [namespace] });

const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx' }] } };
const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { replicas: 1, selector: { matchLabels: { app: 'web' } }, template },
};

describe('what stands on a cluster, before and after', () => {
  it('is the same while only statuses change, and differs by each object that came, went or is wanted otherwise', async () => {
    const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
    const configMaps = `/api/v1/namespaces/${namespace}/configmaps`;
    await cluster.until(`${configMaps}/kube-root-ca.crt`, ({ status }) => status === 200);
    await cluster.until(`/api/v1/namespaces/${namespace}/serviceaccounts/default`, ({ status }) => status === 200);
    const empty = await look();
    await cluster.post(deployments, deployment);
    await cluster.post(configMaps, { metadata: { name: 'settings' }, data: { a: '1' } });
    await cluster.until(`${deployments}/web`, ({ body }) => body?.status?.readyReplicas === 1);
    const full = await look();
    const nothing = { gone: [], come: [], changed: [] };
    expect(contentsDifference(empty, full)).toEqual({
      ...nothing,
      come: [`apps/v1 Deployment ${namespace}/web`, `v1 ConfigMap ${namespace}/settings`],
    });
    expect(contentsDifference(full, await look())).toEqual(nothing);
    await cluster.patch(`${configMaps}/settings`, { data: { a: '2' } }, 'merge-patch+json');
    await cluster.remove(`${deployments}/web`);
    expect(contentsDifference(full, await look())).toMatchObject({
      gone: [`apps/v1 Deployment ${namespace}/web`],
      changed: [`v1 ConfigMap ${namespace}/settings`],
    });
  });
});
