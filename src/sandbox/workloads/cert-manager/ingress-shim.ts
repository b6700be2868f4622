import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { type Certificate, controllerReference, type IssuerRef, pathOfObject } from './resources.ts';
import { create, type World } from './world.ts';

interface Ingress extends KubernetesObject {
  spec: { tls?: { hosts?: string[]; secretName?: string }[] };
}

/**
 * Makes a Certificate for each `tls` entry of an Ingress that names an issuer. Where it names none any more, its Certificates stay
 * as they are: https://cert-manager.io/docs/usage/ingress/
 */
export async function reconcileIngress(world: World, ingress: Ingress): Promise<void> {
  const issuerRef = issuerNamed(ingress);
  if (!issuerRef) return;
  for (const { hosts = [], secretName } of ingress.spec.tls ?? []) {
    if (!secretName || hosts.length === 0) continue;
    const { namespace } = ingress.metadata;
    const known = world.find<Certificate>('Certificate', namespace, secretName);
    if (!known) {
      await create(world, certificateFor(ingress, secretName, hosts, issuerRef));
      world.report(ingress, 'Normal', 'CreateCertificate', `Successfully created Certificate "${secretName}"`);
      continue;
    }
    const isOwn = known.metadata.ownerReferences?.some(({ uid }) => uid === ingress.metadata.uid);
    const { dnsNames, issuerRef: before } = known.spec;
    const same = JSON.stringify([dnsNames, before]) === JSON.stringify([hosts, issuerRef]);
    if (!isOwn || same) continue;
    await world.client.patch(pathOfObject(known), { spec: { dnsNames: hosts, issuerRef } }, 'merge');
    world.report(ingress, 'Normal', 'UpdateCertificate', `Successfully updated Certificate "${secretName}"`);
  }
}

function issuerNamed({ metadata }: Ingress): IssuerRef | undefined {
  const { 'cert-manager.io/cluster-issuer': cluster, 'cert-manager.io/issuer': own } = metadata.annotations ?? {};
  const group = 'cert-manager.io';
  if (cluster) return { name: cluster, kind: 'ClusterIssuer', group };
  return own ? { name: own, kind: 'Issuer', group } : undefined;
}

function certificateFor(ingress: Ingress, name: string, dnsNames: string[], issuerRef: IssuerRef): Certificate {
  const { namespace, labels } = ingress.metadata;
  return {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: {
      name,
      ...(namespace ? { namespace } : {}),
      ...(labels ? { labels } : {}),
      ownerReferences: [controllerReference(ingress)],
    },
    spec: {
      dnsNames,
      secretName: name,
      issuerRef,
      usages: ['digital signature', 'key encipherment'],
    } as Certificate['spec'],
  };
}
