import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { z } from 'zod';
import { Problem } from '../../../base/errors.ts';

/** What one guess of a passphrase costs: 64 MiB of memory and a good part of a second. */
const usualCost = { N: 2 ** 16, r: 8, p: 1 };
const maxmem = 256 * 1024 * 1024;

const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/);

/** A text that only a passphrase opens: scrypt makes the key, AES-256-GCM encrypts and notices every change. */
export const sealedSchema = z.object({
  cipher: z.literal('aes-256-gcm'),
  kdf: z.literal('scrypt'),
  N: z
    .number()
    .int()
    .min(2)
    .max(2 ** 20),
  r: z.number().int().min(1).max(32),
  p: z.number().int().min(1).max(16),
  salt: base64,
  nonce: base64,
  tag: base64,
  data: base64,
});
export type Sealed = z.infer<typeof sealedSchema>;

export async function seal(text: string, passphrase: string, cost = usualCost): Promise<Sealed> {
  const [salt, nonce] = [randomBytes(16), randomBytes(12)];
  const cipher = createCipheriv('aes-256-gcm', await keyOf(passphrase, salt, cost), nonce);
  const data = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  const [first, second, third, fourth] = [salt, nonce, cipher.getAuthTag(), data].map((part) =>
    part.toString('base64'),
  );
  return {
    ...{ cipher: 'aes-256-gcm', kdf: 'scrypt', ...cost },
    ...{ salt: first ?? '', nonce: second ?? '', tag: third ?? '', data: fourth ?? '' },
  };
}

/** Throws `Problem` where the passphrase is another one, or a byte was changed. */
export async function unseal(sealed: Sealed, passphrase: string): Promise<string> {
  const bytes = (text: string) => Buffer.from(text, 'base64');
  const { N, r, p } = sealed;
  try {
    const key = await keyOf(passphrase, bytes(sealed.salt), { N, r, p });
    const cipher = createDecipheriv('aes-256-gcm', key, bytes(sealed.nonce), { authTagLength: 16 });
    cipher.setAuthTag(bytes(sealed.tag));
    return Buffer.concat([cipher.update(bytes(sealed.data)), cipher.final()]).toString('utf8');
  } catch (cause) {
    throw new Problem('The Secrets cannot be opened: the passphrase is another one, or the file was changed', {
      cause,
    });
  }
}

function keyOf(passphrase: string, salt: Buffer, options: { N: number; r: number; p: number }): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase, salt, 32, { ...options, maxmem }, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
