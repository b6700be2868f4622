import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { packageRoot } from '../../../src/base/package-root.ts';
import type { KubernetesObject } from '../../../src/kubernetes/object.ts';
import type { ApiClient } from '../../../src/sandbox/client.ts';

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
  const folder = join(packageRoot(), 'playbooks', 'tars', 'manifests');
  const order = ['namespace', 'configmap', 'pvc', 'postgres', 'redis', 'chromadb', 'ollama', 'service', 'backend'];
  const rank = (file: string) => order.findIndex((start) => file.startsWith(start)) >>> 0;
  const files = readdirSync(folder).sort((a, b) => rank(a) - rank(b));
  const apply = (object: KubernetesObject) =>
    client.patch(`${resources[object.kind]}/${object.metadata.name}`, object, 'apply', {
      fieldManager: 'tars-console',
      force: true,
    });
  for (const file of files) {
    for (const document of parseAllDocuments(readFileSync(join(folder, file), 'utf8')))
      await apply(document.toJS() as KubernetesObject);
    if (file !== 'namespace.yaml') continue;
    const values = { JWT_SECRET: 'j'.repeat(44), POSTGRES_PASSWORD: 'long enough', ADMIN_CLIENT_IDS: 'admin_001' };
    const data = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, btoa(value)]));
    await apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'tars-secrets', namespace: 'tars' }, data });
  }
}
