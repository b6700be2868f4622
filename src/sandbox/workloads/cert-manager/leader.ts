import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { type ApiClient, answered } from '../../client.ts';
import type { Clock } from '../clock.ts';

interface LeadershipOptions {
  client: ApiClient;
  namespace: string;
  holder: string;
  clock: Clock;
  shorten(ms: number): number;
}

interface Lease extends KubernetesObject {
  spec: { holderIdentity?: string; leaseDurationSeconds?: number; renewTime?: string };
}

const name = 'cert-manager-controller';
const leaseSeconds = 15;
const renewMs = 2000;

/** Leads while it holds the Lease, as client-go's leader election: two controllers never act at once. */
export function holdLeadership(options: LeadershipOptions, onLead: () => void) {
  const { client, namespace, holder, clock } = options;
  const collection = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
  let renewedAt = Number.NEGATIVE_INFINITY;
  let led = false;
  let ended = false;
  let cancel = () => {};
  const leads = () => !ended && clock.now() - renewedAt < leaseSeconds * 1000;
  const specOf = (held: string) => ({
    holderIdentity: held,
    leaseDurationSeconds: held === '' ? 1 : leaseSeconds,
    renewTime: new Date().toISOString().replace('Z', '000Z'),
  });
  const take = async () => {
    const object = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name }, spec: specOf(holder) };
    try {
      const lease = await client.get<Lease>(`${collection}/${name}`);
      const { holderIdentity = '', leaseDurationSeconds = 0, renewTime = '' } = lease.spec;
      const isOver = Date.parse(renewTime) + leaseDurationSeconds * 1000 < Date.now();
      if (holderIdentity !== holder && holderIdentity !== '' && !isOver) return false;
      await client.replace(`${collection}/${name}`, { ...lease, spec: specOf(holder) });
    } catch (error) {
      if (!answered(error, 404)) throw error;
      await client.create(collection, object);
    }
    return true;
  };
  const round = async () => {
    const startedAt = clock.now();
    const held = await take().catch(() => false);
    if (ended) return;
    if (held) renewedAt = startedAt;
    if (held && !led) onLead();
    led = leads();
    cancel = clock.later(options.shorten(renewMs), () => void round());
  };
  void round();
  return {
    leads,
    /** Lets go of it, so that another one need not wait. */
    async end() {
      const held = leads();
      ended = true;
      cancel();
      if (!held) return;
      const lease = await client.get<Lease>(`${collection}/${name}`).catch(() => undefined);
      if (lease?.spec.holderIdentity !== holder) return;
      await client.replace(`${collection}/${name}`, { ...lease, spec: specOf('') }).catch(() => {});
    },
  };
}
