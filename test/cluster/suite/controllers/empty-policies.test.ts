import { afterAll, expect, it } from 'vitest';
import type { Divergence } from '../../divergences.ts';
import { openCluster } from '../../support/cluster.ts';

const cluster = await openCluster();
const namespace = await cluster.namespace();
afterAll(() => cluster.close());

const filledIn: Divergence = 'empty-lists';

it(`an autoscaler without a policy is refused by a real server; the sandbox gives it the usual ones (${filledIn})`, async () => {
  const { status } = await cluster.post(`/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`, {
    metadata: { name: 'empty' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'none' },
      maxReplicas: 2,
      behavior: { scaleUp: { policies: [] } },
    },
  });
  expect(status).toBe(cluster.on === 'sandbox' ? 201 : 422);
});
