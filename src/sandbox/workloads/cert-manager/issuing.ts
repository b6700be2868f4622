import { conditionOf, timestamp, withoutCondition } from '../../../kubernetes/condition.ts';
import { numberOf } from './acme-server.ts';
import { issuerKindAnnotation, issuerNameAnnotation, requestFits } from './policies.ts';
import {
  type Certificate,
  type CertificateRequest,
  controllerReference,
  pathOfObject,
  type Secret,
} from './resources.ts';
import { makeKey, makeRequest, namesOfRequest } from './signing.ts';
import { conditionsWith, create, remove, secretOf, setStatus, type World } from './world.ts';

/**
 * Goes on with what a Certificate was begun to be issued for: a key, a request, then the Secret. `now` has the conditions of this
 * moment, `before` is as it was read.
 */
export async function issue(world: World, now: Certificate, before: Certificate): Promise<void> {
  const { metadata, status = {} } = now;
  const revision = (status.revision ?? 0) + 1;
  const name = `${metadata.name}-${revision}`;
  if (!status.nextPrivateKeySecretName) {
    // By what it is for, so that a second look makes no second key.
    const next = `${metadata.name}-${numberOf(`${metadata.uid}${revision}`).toString(36).slice(0, 5)}`;
    await makeNextKey(world, now, next);
    return setStatus(world, before, { ...status, nextPrivateKeySecretName: next });
  }
  const next = secretOf(world, metadata.namespace, status.nextPrivateKeySecretName);
  const key = Buffer.from(next?.data?.['tls.key'] ?? '', 'base64').toString();
  if (!next) return makeNextKey(world, now, status.nextPrivateKeySecretName);
  const request = world.find<CertificateRequest>('CertificateRequest', metadata.namespace, name);
  if (!request) return makeRequestFor(world, now, name, key);
  if (await isStale(now, request)) return remove(world, request);
  const ready = conditionOf(request.status?.conditions, 'Ready');
  if (ready?.status === 'True') return store(world, { now, before, request, next, revision });
  if (ready?.reason === 'Failed') return giveUp(world, now, before, ready.message ?? '');
  await setStatus(world, before, status);
}

async function makeNextKey(world: World, { metadata, spec }: Certificate, name: string): Promise<void> {
  const certificate = { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata, spec };
  if (secretOf(world, metadata.namespace, name)) return;
  const key = await makeKey(spec.privateKey?.algorithm);
  await create(world, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
      labels: { 'cert-manager.io/next-private-key': 'true', 'controller.cert-manager.io/fao': 'true' },
      ownerReferences: [controllerReference(certificate)],
    },
    type: 'Opaque',
    data: { 'tls.key': Buffer.from(key).toString('base64') },
  });
  const message = `Stored new private key in temporary Secret resource "${name}"`;
  world.report(certificate, 'Normal', 'Generated', message);
}

async function makeRequestFor(world: World, certificate: Certificate, name: string, key: string): Promise<void> {
  const { metadata, spec, status = {} } = certificate;
  const request = await makeRequest(key, spec.dnsNames ?? [], spec.commonName);
  await create(world, {
    apiVersion: 'cert-manager.io/v1',
    kind: 'CertificateRequest',
    metadata: {
      name,
      ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
      annotations: {
        'cert-manager.io/certificate-name': metadata.name,
        'cert-manager.io/certificate-revision': String((status.revision ?? 0) + 1),
        'cert-manager.io/private-key-secret-name': status.nextPrivateKeySecretName ?? '',
      },
      ownerReferences: [controllerReference(certificate)],
    },
    spec: {
      issuerRef: spec.issuerRef,
      request: Buffer.from(request).toString('base64'),
      ...(spec.duration ? { duration: spec.duration } : {}),
      ...(spec.isCA ? { isCA: true } : {}),
    },
  });
  world.report(certificate, 'Normal', 'Requested', `Created new CertificateRequest resource "${name}"`);
}

/** It asks for something else than is wanted now, or failed before this attempt began. */
async function isStale(certificate: Certificate, request: CertificateRequest): Promise<boolean> {
  const names = await namesOfRequest(Buffer.from(request.spec.request, 'base64').toString());
  if (!requestFits(certificate, request, names)) return true;
  const { failureTime } = request.status ?? {};
  const began = conditionOf(certificate.status?.conditions, 'Issuing')?.lastTransitionTime;
  return failureTime !== undefined && began !== undefined && Date.parse(failureTime) < Date.parse(began);
}

interface Issued {
  now: Certificate;
  before: Certificate;
  request: CertificateRequest;
  next: Secret;
  revision: number;
}

async function store(world: World, { now, before, request, next, revision }: Issued): Promise<void> {
  const { metadata, spec, status = {} } = now;
  const { certificate = '', ca } = request.status ?? {};
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: spec.secretName,
      ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
      labels: { 'controller.cert-manager.io/fao': 'true' },
      annotations: {
        'cert-manager.io/certificate-name': metadata.name,
        [issuerNameAnnotation]: spec.issuerRef.name,
        [issuerKindAnnotation]: spec.issuerRef.kind ?? 'Issuer',
        'cert-manager.io/issuer-group': 'cert-manager.io',
        'cert-manager.io/alt-names': (spec.dnsNames ?? []).join(','),
        'cert-manager.io/common-name': spec.commonName ?? '',
      },
    },
    type: 'kubernetes.io/tls',
    data: { 'tls.crt': certificate, 'tls.key': next.data?.['tls.key'] ?? '', ...(ca ? { 'ca.crt': ca } : {}) },
  };
  const query = { fieldManager: 'cert-manager-certificates-issuing', force: true };
  await world.client.patch(pathOfObject(secret), secret, 'apply', query);
  world.report(now, 'Normal', 'Issuing', 'The certificate has been successfully issued');
  const { nextPrivateKeySecretName: _, lastFailureTime: __, failedIssuanceAttempts: ___, ...rest } = status;
  const conditions = withoutCondition(status.conditions, 'Issuing');
  await setStatus(world, before, { ...rest, revision, conditions });
  await remove(world, next);
}

async function giveUp(world: World, now: Certificate, before: Certificate, why: string): Promise<void> {
  const { status = {} } = now;
  const message = `The certificate request has failed to complete and will be retried: ${why}`;
  world.report(now, 'Warning', 'Failed', message);
  const failed = { type: 'Issuing', status: 'False' as const, reason: 'Failed', message };
  const { nextPrivateKeySecretName: _, ...rest } = status;
  await setStatus(world, before, {
    ...rest,
    conditions: conditionsWith(world, now, status.conditions, failed),
    lastFailureTime: timestamp(world.now()),
    failedIssuanceAttempts: (status.failedIssuanceAttempts ?? 0) + 1,
  });
}
