import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../../src/kubernetes/object.ts';
import type { ClusterUnderTest } from './cluster.ts';
import { diagnose } from './diagnose.ts';
import { connectTo } from './steps.ts';

/** Something that is wrong, as it is put into a namespace of its own with as little else as it needs. */
export interface Fault {
  /** In words. */
  fault: string;
  /** `pods`: tars/diagnose-pods. */
  diagnosis: string;
  /** The finding that must stand first. */
  first: string;
  objects: object[];
  /** What that finding must speak of. */
  says?: RegExp;
  before?: (cluster: ClusterUnderTest, namespace: string) => Promise<void>;
}

const resources: Record<string, string> = {
  Deployment: 'deployments',
  PersistentVolumeClaim: 'persistentvolumeclaims',
  Service: 'services',
  ConfigMap: 'configmaps',
  Secret: 'secrets',
  ResourceQuota: 'resourcequotas',
  LimitRange: 'limitranges',
  Ingress: 'ingresses',
  NetworkPolicy: 'networkpolicies',
  Issuer: 'issuers',
  HorizontalPodAutoscaler: 'horizontalpodautoscalers',
};

export async function put(cluster: ClusterUnderTest, namespace: string, objects: object[]): Promise<void> {
  for (const object of objects) {
    const { apiVersion, kind } = object as KubernetesObject;
    const root = `/${apiVersion.includes('/') ? 'apis' : 'api'}/${apiVersion}`;
    const { status, text } = await cluster.post(`${root}/namespaces/${namespace}/${resources[kind]}`, object);
    expect(status, text).toBe(201);
  }
}

const withinMs = 60_000;

/** Each fault, put in and looked for: its cause must come to stand first, with what tells of it and what repairs it. */
export function findFirst(cluster: ClusterUnderTest, title: string, faults: readonly Fault[]): void {
  describe.concurrent(title, () => {
    it.each(faults)(
      '$fault',
      async ({ diagnosis, first, objects, says, before }) => {
        const namespace = await cluster.namespace();
        const connection = await connectTo(cluster, namespace);
        try {
          await before?.(cluster, namespace);
          await put(cluster, namespace, objects);
          const deadline = Date.now() + withinMs;
          let found = await diagnose(connection, diagnosis);
          const settled = () => found[0]?.id === first && (!says || says.test(JSON.stringify(found[0])));
          while (!settled() && Date.now() < deadline) {
            await new Promise((resolve) => setTimeout(resolve, 500));
            found = await diagnose(connection, diagnosis);
          }
          expect(found[0]?.id, JSON.stringify(found, null, 1)).toBe(first);
          if (says) expect(JSON.stringify(found[0])).toMatch(says);
          expect(found[0]?.cause).toBeTruthy();
          expect(found[0]?.repair).toBeTruthy();
        } finally {
          connection.close();
        }
      },
      90_000,
    );
  });
}
