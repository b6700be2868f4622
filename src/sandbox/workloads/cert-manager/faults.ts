import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { type AcmeFault, acmeAnnotation, faultNamed, faultOfHost } from './acme-rules.ts';
import { isStaging } from './acme-server.ts';
import { type IssuerRef, pathOfKind } from './resources.ts';
import { issuerOf, type World } from './world.ts';

/**
 * What is to go wrong with one host: as the issuer says, or what owns the object (an Order, its request, the Certificate, the
 * Ingress), or the host's own name. The limits of Let's Encrypt's staging are never used up, unless the issuer says so.
 */
export function faultFor(
  world: World,
  object: KubernetesObject & { spec: { issuerRef: IssuerRef } },
  hosts: readonly string[],
): AcmeFault | undefined {
  const issuer = issuerOf(world, object.spec.issuerRef, object.metadata.namespace);
  const ofIssuer = annotated(issuer);
  if (ofIssuer) return ofIssuer;
  const fault = ofOwners(world, object) ?? hosts.map(faultOfHost).find((one) => one !== undefined);
  return fault === 'rate-limited' && isStaging(issuer?.spec.acme?.server ?? '') ? undefined : fault;
}

/** What an issuer itself says. */
export function annotated(object: KubernetesObject | undefined): AcmeFault | undefined {
  return faultNamed(object?.metadata.annotations?.[acmeAnnotation]);
}

function ofOwners(world: World, object: KubernetesObject): AcmeFault | undefined {
  for (let one: KubernetesObject | undefined = object; one; one = ownerOf(world, one)) {
    const fault = annotated(one);
    if (fault) return fault;
  }
  return undefined;
}

function ownerOf(world: World, { metadata }: KubernetesObject): KubernetesObject | undefined {
  const owner = metadata.ownerReferences?.find(({ controller, kind }) => controller && pathOfKind(kind) !== '');
  return owner && world.find(owner.kind, metadata.namespace, owner.name);
}
