import {
  constants,
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
} from 'node:crypto';
import type { KubernetesObject } from '../../../kubernetes/object.ts';

/*
 * The format of Sealed Secrets (its `pkg/crypto`): the length of the encrypted session key in two bytes, that key by RSA-OAEP
 * with SHA-256 and the scope as label, then the text by AES-256-GCM with a nonce of zeros, as each session key is used once.
 */
const nonce = Buffer.alloc(12);
const tagBytes = 16;
const oaep = (label: string) => ({
  padding: constants.RSA_PKCS1_OAEP_PADDING,
  oaepHash: 'sha256',
  oaepLabel: Buffer.from(label),
});

/** Who may open it: this name in this namespace, any name of the namespace, or anybody. */
export function scopeLabel({ name, namespace = '', annotations = {} }: KubernetesObject['metadata']): string {
  if (annotations['sealedsecrets.bitnami.com/cluster-wide'] === 'true') return '';
  if (annotations['sealedsecrets.bitnami.com/namespace-wide'] === 'true') return namespace;
  return `${namespace}/${name}`;
}

/** Seals a text for the holder of a certificate's key, as kubeseal does: base64. */
export function seal(value: Buffer, certificate: string, label: string): string {
  const session = randomBytes(32);
  const key = publicEncrypt({ key: createPublicKey(certificate), ...oaep(label) }, session);
  const cipher = createCipheriv('aes-256-gcm', session, nonce);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(key.length);
  return Buffer.concat([length, key, cipher.update(value), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

/** What was sealed; undefined when this key, or this scope, does not open it. */
export function unseal(text: string, privateKey: string, label: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  try {
    const end = 2 + bytes.readUInt16BE(0);
    const session = privateDecrypt({ key: createPrivateKey(privateKey), ...oaep(label) }, bytes.subarray(2, end));
    const decipher = createDecipheriv('aes-256-gcm', session, nonce);
    decipher.setAuthTag(bytes.subarray(-tagBytes));
    return Buffer.concat([decipher.update(bytes.subarray(end, -tagBytes)), decipher.final()]);
  } catch {
    return undefined;
  }
}
