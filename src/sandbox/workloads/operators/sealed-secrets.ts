import { randomBytes } from 'node:crypto';
import type { KubernetesObject } from '../../../kubernetes/object.ts';
import { makeKey, makeRequest, sign } from '../cert-manager/signing.ts';
import {
  conditionsWith,
  decoded,
  encoded,
  find,
  ownedBy,
  type Service,
  saysSo,
  setStatus,
  standInLabels,
  type World,
} from './duty.ts';
import { scopeLabel, unseal } from './seal.ts';

const path = '/apis/bitnami.com/v1alpha1/sealedsecrets';
const keyLabel = 'sealedsecrets.bitnami.com/sealed-secrets-key';
const yearMs = 365 * 86_400_000;

interface SealedSecret extends KubernetesObject {
  spec: {
    encryptedData?: Record<string, string>;
    template?: {
      type?: string;
      metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
      data?: Record<string, string>;
    };
  };
}
interface Pair {
  key: string;
  certificate: string;
}

/**
 * Sealed Secrets: makes a key pair of its own, shows the certificate as kubeseal wants it, and opens what was sealed by it. The
 * ciphers are the real ones, so that what `kubeseal` writes is opened here.
 */
export function sealedSecrets(): Service {
  let pairs: Pair[] = [];
  return {
    async begin(world) {
      pairs = await keyPairs(world);
    },
    page: (asked) => (asked === '/v1/cert.pem' ? pairs[0]?.certificate : undefined),
    duties: [{ path, fulfil: (world, object) => open(world, object as SealedSecret, pairs) }],
  };
}

/** All keys of the operator, the newest first; one is made where there is none. */
async function keyPairs(world: World): Promise<Pair[]> {
  const secrets = `/api/v1/namespaces/${world.namespace}/secrets`;
  const { items } = await world.client.get<{ items: (KubernetesObject & { data?: Record<string, string> })[] }>(
    secrets,
    {
      labelSelector: keyLabel,
    },
  );
  const newestFirst = items.sort((a, b) =>
    (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? ''),
  );
  if (newestFirst.length > 0)
    return newestFirst.map(({ data }) => ({
      key: decoded(data?.['tls.key']),
      certificate: decoded(data?.['tls.crt']),
    }));
  const key = await makeKey('RSA');
  const request = await makeRequest(key, [], 'sealed-secret (a stand-in)');
  const now = world.now();
  const term = { notBefore: new Date(now - 60_000), notAfter: new Date(now + 10 * yearMs) };
  const certificate = await sign({ request, ...term, by: { key } });
  await world.client.create(secrets, {
    metadata: {
      name: `sealed-secrets-key${randomBytes(4).toString('hex').slice(0, 5)}`,
      labels: { ...standInLabels, [keyLabel]: 'active' },
    },
    type: 'kubernetes.io/tls',
    data: encoded({ 'tls.crt': certificate, 'tls.key': key }),
  });
  return [{ key, certificate }];
}

async function open(world: World, sealed: SealedSecret, pairs: readonly Pair[]): Promise<boolean> {
  const { name, namespace = '', generation } = sealed.metadata;
  const observed = (sealed.status as { observedGeneration?: number } | undefined)?.observedGeneration;
  const target = `/api/v1/namespaces/${namespace}/secrets/${name}`;
  const live = await find(world, target);
  if (live && observed === generation) return true;
  const report = (status: 'True' | 'False', message = '') =>
    setStatus(world, path, sealed, {
      observedGeneration: generation,
      conditions: conditionsWith(world, sealed, { type: 'Synced', status, message }),
    });
  if (live && !live.metadata.ownerReferences?.some(({ uid }) => uid === sealed.metadata.uid)) {
    await report('False', `Resource "${name}" already exists and is not managed by SealedSecret`);
    return true;
  }
  try {
    const secret = secretOf(sealed, pairs);
    if (live)
      await world.client.replace(target, { ...secret, metadata: { ...secret.metadata, uid: live.metadata.uid } });
    else await world.client.create(target.slice(0, target.lastIndexOf('/')), secret);
    await report('True');
  } catch (error) {
    if (!(error instanceof CannotOpen)) throw error;
    if (observed !== generation) await report('False', error.message);
  }
  return true;
}

class CannotOpen extends Error {}

function secretOf(sealed: SealedSecret, pairs: readonly Pair[]) {
  const { name, namespace } = sealed.metadata;
  const { encryptedData = {}, template = {} } = sealed.spec;
  const label = scopeLabel(sealed.metadata);
  const opened = Object.entries(encryptedData).map(([key, text]): [string, string] => {
    for (const pair of pairs) {
      const value = unseal(text, pair.key, label);
      if (value) return [key, value.toString('base64')];
    }
    throw new CannotOpen(`no key could decrypt secret (${key})`);
  });
  const { labels, annotations } = template.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      ...{ name, namespace },
      labels: { ...labels, ...standInLabels },
      annotations: { ...annotations, ...saysSo('the Secret of a SealedSecret') },
      ownerReferences: ownedBy(sealed),
    },
    type: template.type ?? 'Opaque',
    data: { ...encoded(template.data ?? {}), ...Object.fromEntries(opened) },
  };
}
