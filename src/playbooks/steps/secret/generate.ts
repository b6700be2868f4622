import { generateKeyPairSync, type KeyObject, randomBytes, randomInt } from 'node:crypto';
import { z } from 'zod';
import { makeCertificate } from '../certificate/make.ts';

const charsets = {
  letters: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
  digits: '0123456789',
  // What needs no quoting in URLs, shells and connection strings.
  symbols: '-_.~',
} as const;
const defaultCharset = charsets.letters + charsets.digits;

const randomText = z.strictObject({
  bytes: z.number().int().min(8).max(1024),
  encoding: z.enum(['base64', 'base64url', 'hex']),
});
const password = z.strictObject({
  password: z.number().int().min(8).max(1024).describe('How many characters'),
  charset: z
    .union([z.literal('symbols').describe('Letters, digits and `-_.~`'), z.string().min(10)])
    .optional()
    .describe('Characters to choose from; letters and digits unless said'),
});
const keyPair = z.strictObject({
  key: z.enum(['rsa', 'ed25519', 'ecdsa']).describe('A private key as PKCS#8 PEM'),
  bits: z
    .union([z.literal(2048), z.literal(3072), z.literal(4096)])
    .optional()
    .describe('Of `rsa`; 3072 unless said'),
  public: z.string().min(1).optional().describe('Key of the Secret for the public half, as PEM'),
});
const sshKey = z.strictObject({
  ssh: z.enum(['ed25519', 'rsa']).describe('A private key for OpenSSH'),
  bits: z
    .union([z.literal(2048), z.literal(3072), z.literal(4096)])
    .optional()
    .describe('Of `rsa`; 3072 unless said'),
  comment: z
    .string()
    .regex(/^[^\n]*$/)
    .optional(),
  public: z.string().min(1).optional().describe('Key of the Secret for the public half, as one line'),
});

const clientCertificate = z.strictObject({
  certificate: z.string().min(1).describe('A certificate for this name, of an authority made for it alone'),
  key: z.string().min(1).describe('Key of the Secret for its private key'),
  authority: z.string().min(1).describe('Key of the Secret for the certificate of the authority'),
  days: z.number().int().min(1).max(825).optional().describe('How long it is valid; 365 unless said'),
});

/** How a secret value is made. */
export const generateSchema = z.union([randomText, password, clientCertificate, keyPair, sshKey]);
export type Generate = z.infer<typeof generateSchema>;

/** A value, and what was made with it under the keys of the Secret that it is for. */
export interface Generated {
  value: string;
  beside?: Record<string, string>;
}

/** The further keys of the Secret that a way of making fills. */
export function besideKeys(how: Generate): string[] {
  if ('certificate' in how) return [how.key, how.authority];
  return 'public' in how && how.public ? [how.public] : [];
}

/** Makes a secret value from the system's secure random source. */
export async function generate(how: Generate): Promise<Generated> {
  if ('certificate' in how) {
    const made = await makeCertificate([how.certificate], how.days ?? 365, `authority of ${how.certificate}`);
    return { value: made.certificate, beside: { [how.key]: made.key, [how.authority]: made.authority } };
  }
  const { value, public: half } = generateOne(how);
  const [key] = besideKeys(how);
  return { value, ...(key && half ? { beside: { [key]: half } } : {}) };
}

interface Half {
  value: string;
  public?: string;
}

function generateOne(how: Exclude<Generate, { certificate: string }>): Half {
  if ('bytes' in how) return { value: randomBytes(how.bytes).toString(how.encoding) };
  if ('password' in how) return { value: passwordOf(how.password, how.charset) };
  if ('key' in how) return keyPairOf(how.key, how.bits);
  return sshKeyOf(how.ssh, how.bits, how.comment ?? '');
}

/** The shell line that makes such a value. */
export function generateLine(how: Generate): string {
  if ('bytes' in how) return `openssl rand ${how.encoding === 'hex' ? '-hex' : '-base64'} ${how.bytes}`;
  if ('password' in how) return `LC_ALL=C tr -dc 'A-Za-z0-9' < /dev/urandom | head -c ${how.password}`;
  if ('certificate' in how)
    return `openssl req -x509 -newkey rsa:3072 -nodes -subj ${JSON.stringify(`/CN=${how.certificate}`)} -days ${how.days ?? 365}`;
  if ('ssh' in how) return `ssh-keygen -q -t ${how.ssh} -N '' -f /dev/stdout`;
  const options = {
    rsa: `RSA -pkeyopt rsa_keygen_bits:${'bits' in how ? (how.bits ?? 3072) : 3072}`,
    ed25519: 'ED25519',
    ecdsa: 'EC -pkeyopt ec_paramgen_curve:P-256',
  };
  return `openssl genpkey -algorithm ${options[how.key]}`;
}

function passwordOf(length: number, charset: string | undefined): string {
  const letters = charset === 'symbols' ? defaultCharset + charsets.symbols : (charset ?? defaultCharset);
  const characters = [...new Set(letters)];
  return Array.from({ length }, () => characters[randomInt(characters.length)]).join('');
}

function pair(kind: 'rsa' | 'ed25519' | 'ecdsa', bits = 3072): { publicKey: KeyObject; privateKey: KeyObject } {
  if (kind === 'rsa') return generateKeyPairSync('rsa', { modulusLength: bits });
  return kind === 'ecdsa' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519');
}

function keyPairOf(kind: 'rsa' | 'ed25519' | 'ecdsa', bits: number | undefined): Half {
  const { publicKey, privateKey } = pair(kind, bits);
  return {
    value: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    public: String(publicKey.export({ type: 'spki', format: 'pem' })),
  };
}

// RFC 4253 §6.6 and RFC 8709 for the public half; for the private one OpenSSH's PROTOCOL.key, of which RSA has an older form.
function sshKeyOf(kind: 'ed25519' | 'rsa', bits: number | undefined, comment: string): Half {
  const { publicKey, privateKey } = pair(kind, bits);
  const { x = '', n = '', e = '' } = publicKey.export({ format: 'jwk' });
  const raw = (text: string) => Buffer.from(text, 'base64url');
  const name = kind === 'rsa' ? 'ssh-rsa' : 'ssh-ed25519';
  const blob = Buffer.concat(
    kind === 'rsa' ? [field(name), field(unsigned(raw(e))), field(unsigned(raw(n)))] : [field(name), field(raw(x))],
  );
  const line = `${name} ${blob.toString('base64')}${comment === '' ? '' : ` ${comment}`}\n`;
  if (kind === 'rsa') return { value: String(privateKey.export({ type: 'pkcs1', format: 'pem' })), public: line };
  const seed = raw(privateKey.export({ format: 'jwk' }).d ?? '');
  const check = randomBytes(4);
  const inner = Buffer.concat([
    check,
    check,
    field(name),
    field(raw(x)),
    field(Buffer.concat([seed, raw(x)])),
    field(comment),
  ]);
  const padding = Buffer.from(Array.from({ length: (8 - (inner.length % 8)) % 8 }, (_, index) => index + 1));
  const count = Buffer.from([0, 0, 0, 1]);
  const parts = [Buffer.from('openssh-key-v1\0'), field('none'), field('none'), field(''), count, field(blob)];
  const whole = Buffer.concat([...parts, field(Buffer.concat([inner, padding]))]).toString('base64');
  const lines = whole.match(/.{1,70}/g) ?? [];
  return {
    value: ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n'),
    public: line,
  };
}

/** A text or number with its length before it. */
function field(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A number that would else be read as negative gets a zero before it. */
function unsigned(bytes: Buffer): Buffer {
  return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
}
