import type { KubernetesObject } from '../../../src/kubernetes/object.ts';
import { inApplyOrder } from '../../../src/kubernetes/order.ts';
import type { ApiClient } from '../../../src/sandbox/client.ts';
import { tarsManifests } from '../../support/tars-manifests.ts';

const resources: Record<string, string> = {
  Namespace: '/api/v1/namespaces',
  ConfigMap: '/api/v1/namespaces/tars/configmaps',
  Secret: '/api/v1/namespaces/tars/secrets',
  PersistentVolumeClaim: '/api/v1/namespaces/tars/persistentvolumeclaims',
  Service: '/api/v1/namespaces/tars/services',
  Deployment: '/apis/apps/v1/namespaces/tars/deployments',
  HorizontalPodAutoscaler: '/apis/autoscaling/v2/namespaces/tars/horizontalpodautoscalers',
  Ingress: '/apis/networking.k8s.io/v1/namespaces/tars/ingresses',
};

/** Applies T.A.R.S. in the guide's order: databases and Services before the backend, the Secret made here. */
export async function applyTars(client: ApiClient) {
  const apply = (object: KubernetesObject) =>
    client.patch(`${resources[object.kind]}/${object.metadata.name}`, object, 'apply', {
      fieldManager: 'tars-console',
      force: true,
    });
  const values = { JWT_SECRET: 'j'.repeat(44), POSTGRES_PASSWORD: 'long enough', ADMIN_CLIENT_IDS: 'admin_001' };
  const secret = {
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'tars-secrets', namespace: 'tars' } },
    data: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, btoa(value)])),
  };
  const isLast = ({ metadata }: KubernetesObject) => Number(metadata.name === 'tars-backend');
  const objects = inApplyOrder([...tarsManifests(), secret]).sort((one, other) => isLast(one) - isLast(other));
  for (const object of objects) await apply(object);
}
