import { listObjects } from '../../../cluster/objects.ts';
import { type Condition, conditionOf } from '../../../kubernetes/condition.ts';
import type { KubernetesObject } from '../../../kubernetes/object.ts';
import type { PreviewContext } from '../../step-kind.ts';

/** How far cert-manager has come with one Certificate: https://cert-manager.io/docs/troubleshooting/acme/ */
interface Issuance {
  /** One line for each object on the way, the nearest to the authority last. */
  steps: string[];
  /** What the objects say is wrong, the nearest to the authority first. */
  complaints: string[];
}

type Place = Pick<PreviewContext, 'connection' | 'namespace' | 'signal'>;

/** Reads a Certificate's request, order and challenges. What may not be read, or is not served, is left out. */
export async function readIssuance(certificate: string, place: Place): Promise<Issuance> {
  const all = (apiVersion: string, kind: string) =>
    listObjects(place.connection, { apiVersion, kind, namespace: place.namespace }, place.signal).catch(
      (): KubernetesObject[] => [],
    );
  const [certificates, requests, orders, challenges] = await Promise.all([
    all('cert-manager.io/v1', 'Certificate'),
    all('cert-manager.io/v1', 'CertificateRequest'),
    all('acme.cert-manager.io/v1', 'Order'),
    all('acme.cert-manager.io/v1', 'Challenge'),
  ]);
  const own = certificates.filter(({ metadata }) => metadata.name === certificate);
  // Older requests stay; the one of now is the newest.
  const request = newest(ownedBy(requests, own));
  const order = newest(ownedBy(orders, request ? [request] : []));
  const proofs = ownedBy(challenges, order ? [order] : []);
  return issuanceOf({ certificate: own[0], request, order, challenges: proofs });
}

interface OnTheWay {
  certificate: KubernetesObject | undefined;
  request: KubernetesObject | undefined;
  order: KubernetesObject | undefined;
  challenges: readonly KubernetesObject[];
}

interface Said {
  conditions?: Condition[];
  state?: string;
  reason?: string;
}

/** The same of objects that were read. */
export function issuanceOf({ certificate, request, order, challenges }: OnTheWay): Issuance {
  const steps: string[] = [];
  const complaints: string[] = [];
  for (const challenge of challenges) {
    const { state = 'begins', reason = '' } = saidBy(challenge);
    const { dnsName = '', type = '' } = challenge.spec as { dnsName?: string; type?: string };
    steps.push(`challenge ${type} of ${dnsName}: ${state}${reason ? `, ${reason}` : ''}`);
    if (state !== 'valid' && reason) complaints.push(reason);
  }
  if (order) {
    const { state = 'begins', reason = '' } = saidBy(order);
    steps.unshift(`order ${order.metadata.name}: ${state}${reason ? `, ${reason}` : ''}`);
    if (reason) complaints.push(reason);
  }
  if (request) {
    const ready = conditionOf(saidBy(request).conditions, 'Ready');
    steps.unshift(`request ${request.metadata.name}: ${ready?.reason ?? 'begins'}`);
    if (ready && ready.status !== 'True' && ready.message) complaints.push(ready.message);
  }
  const issuing = conditionOf(saidBy(certificate).conditions, 'Issuing');
  if (issuing?.status === 'False' && issuing.message) complaints.push(issuing.message);
  return { steps, complaints };
}

function saidBy(object: KubernetesObject | undefined): Said {
  return (object?.status ?? {}) as Said;
}

function ownedBy(objects: readonly KubernetesObject[], owners: readonly KubernetesObject[]): KubernetesObject[] {
  const uids = new Set(owners.map(({ metadata }) => metadata.uid));
  return objects.filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uids.has(uid)));
}

function newest(objects: readonly KubernetesObject[]): KubernetesObject | undefined {
  const age = ({ metadata }: KubernetesObject) => Date.parse(metadata.creationTimestamp ?? '') || 0;
  return [...objects].sort((left, right) => age(right) - age(left))[0];
}
