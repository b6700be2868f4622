import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { type Service, setStatus } from './duty.ts';

const path = '/api/v1/services';

interface BalancedService extends KubernetesObject {
  spec: { type?: string };
  status?: { loadBalancer?: { ingress?: unknown[] } };
}

/**
 * What a cloud does for a Service of the type LoadBalancer, for those beside the operator alone: it gets an address. It is
 * loopback's, as nothing of the sandbox is reached from anywhere else.
 */
export function loadBalancers(): Service {
  return {
    duties: [
      {
        path,
        async fulfil(world, object) {
          const { spec, status, metadata } = object as BalancedService;
          if (spec.type !== 'LoadBalancer' || metadata.namespace !== world.namespace) return true;
          if (status?.loadBalancer?.ingress?.length) return true;
          await setStatus(world, path, object, { ...status, loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } });
          return true;
        },
      },
    ],
  };
}
