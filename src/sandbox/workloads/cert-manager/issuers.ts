import { messageOf } from '../../../base/errors.ts';
import { annotated } from './faults.ts';
import type { Issuer } from './resources.ts';
import { conditionsWith, create, secretNamespace, secretOf, setStatus, type World } from './world.ts';

interface Verdict {
  ready: boolean;
  reason: string;
  message: string;
  uri?: string;
}

/** Says whether an issuer can issue: https://cert-manager.io/docs/configuration/ */
export async function reconcileIssuer(world: World, issuer: Issuer): Promise<void> {
  const { spec, status = {} } = issuer;
  const { ready, reason, message, uri } = spec.acme ? acme(world, issuer) : await others(world, issuer);
  if (ready && spec.acme) await storeAccountKey(world, issuer);
  const conditions = conditionsWith(world, issuer, status.conditions, {
    type: 'Ready',
    status: ready ? 'True' : 'False',
    reason,
    message,
  });
  const before = status.conditions?.find(({ type }) => type === 'Ready');
  if (!ready && before?.message !== message) world.report(issuer, 'Warning', reason, message);
  const account = uri ? { acme: { uri, lastRegisteredEmail: spec.acme?.email ?? '' } } : {};
  await setStatus(world, issuer, { ...status, ...account, conditions });
  // A server that was down is asked again.
  if (!ready && spec.acme) world.again(world.shorten(30_000));
}

function acme({ acme: server }: World, issuer: Issuer): Verdict {
  const { server: url = '', email } = issuer.spec.acme ?? {};
  try {
    const uri = server.register(url, email, annotated(issuer));
    return {
      ready: true,
      reason: 'ACMEAccountRegistered',
      message: 'The ACME account was registered with the ACME server',
      uri,
    };
  } catch (error) {
    const message = `Failed to register ACME account: ${messageOf(error)}`;
    return { ready: false, reason: 'ErrRegisterACMEAccount', message };
  }
}

async function storeAccountKey(world: World, issuer: Issuer): Promise<void> {
  const namespace = secretNamespace(world, issuer);
  const name = issuer.spec.acme?.privateKeySecretRef.name ?? issuer.metadata.name;
  if (secretOf(world, namespace, name)) return;
  const key = Buffer.from(`the account's key is in the stand-in alone\n`).toString('base64');
  await create(world, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace },
    type: 'Opaque',
    data: { 'tls.key': key },
  });
}

async function others(world: World, issuer: Issuer): Promise<Verdict> {
  const { selfSigned, ca } = issuer.spec;
  if (selfSigned) return { ready: true, reason: 'IsReady', message: '' };
  if (!ca)
    return { ready: false, reason: 'ErrInvalid', message: 'the stand-in knows selfSigned, ca and acme issuers only' };
  const secret = secretOf(world, secretNamespace(world, issuer), ca.secretName);
  if (secret?.data?.['tls.crt'] && secret.data['tls.key'])
    return { ready: true, reason: 'KeyPairVerified', message: 'Signing CA verified' };
  const why = secret ? 'no data for "tls.crt" in secret' : `secret "${ca.secretName}" not found`;
  return { ready: false, reason: 'ErrGetKeyPair', message: `Error getting keypair for CA issuer: ${why}` };
}
