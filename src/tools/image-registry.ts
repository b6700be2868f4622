import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import { messageOf, Problem } from '../base/errors.ts';
import { type ImageReference, isLocalRegistry } from './image-reference.ts';

export interface RegistryCredentials {
  username: string;
  password: string;
}

export interface RegistryOptions {
  credentials?: RegistryCredentials | undefined;
  signal?: AbortSignal | undefined;
}

const manifests = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/**
 * The digest that a registry has for an image, by the distribution API's `HEAD manifest`; a bearer token is fetched where the
 * registry asks for one (https://distribution.github.io/distribution/spec/auth/token/). Undefined where it has none such. Over
 * HTTPS, and by HTTP only to this machine. Throws `Problem`.
 */
export async function registryDigest(
  image: ImageReference,
  options: RegistryOptions = {},
): Promise<string | undefined> {
  const dispatcher = createDispatcher();
  try {
    const url = manifestUrl(image);
    const first = await ask('HEAD', url, image, options, dispatcher);
    const challenge = headerOf(first, 'www-authenticate');
    const authorization = first.statusCode === 401 ? await authorize(challenge, image, options, dispatcher) : undefined;
    const answer = authorization ? await ask('HEAD', url, image, options, dispatcher, authorization) : first;
    if (answer.statusCode === 404) return undefined;
    if (answer.statusCode !== 200) throw refused(image, answer.statusCode);
    const digest = headerOf(answer, 'docker-content-digest');
    if (digest !== undefined && /^sha256:[0-9a-f]{64}$/.test(digest)) return digest;
    const whole = await ask('GET', url, image, options, dispatcher, authorization);
    const body = Buffer.from(await whole.body.arrayBuffer());
    return `sha256:${createHash('sha256').update(body).digest('hex')}`;
  } finally {
    await dispatcher.close();
  }
}

/** By HTTPS_PROXY and NO_PROXY, and by the authorities of SSL_CERT_FILE beside the usual ones. */
function createDispatcher(): Dispatcher {
  const file = process.env.SSL_CERT_FILE;
  const ca = file ? [...rootCertificates, readFileSync(file, 'utf8')] : undefined;
  const tls = ca ? { connect: { ca }, requestTls: { ca } } : {};
  return new EnvHttpProxyAgent({ ...tls, headersTimeout: 30_000, bodyTimeout: 30_000 });
}

function manifestUrl({ registry, repository, tag, digest }: ImageReference): string {
  const host = registry === 'docker.io' ? 'registry-1.docker.io' : registry;
  const scheme = isLocalRegistry(registry) ? 'http' : 'https';
  return `${scheme}://${host}/v2/${repository}/manifests/${digest ?? tag}`;
}

async function ask(
  method: 'HEAD' | 'GET',
  url: string,
  image: ImageReference,
  { signal }: RegistryOptions,
  dispatcher: Dispatcher,
  authorization?: string,
): Promise<Dispatcher.ResponseData> {
  const headers = { accept: manifests, ...(authorization ? { authorization } : {}) };
  try {
    return await request(url, { method, headers, dispatcher, ...(signal ? { signal } : {}) });
  } catch (error) {
    signal?.throwIfAborted();
    throw new Problem(`The registry ${image.registry} does not answer: ${messageOf(error)}`, {
      where: url,
      next: ['See whether it can be reached from here, and whether HTTPS_PROXY is needed'],
      cause: error,
    });
  }
}

/** What a registry wants to be let in with. Credentials go by HTTPS, or to this machine, only. */
async function authorize(
  challenge: string | undefined,
  image: ImageReference,
  { credentials, signal }: RegistryOptions,
  dispatcher: Dispatcher,
): Promise<string> {
  const [, scheme = '', rest = ''] = /^\s*(\w+)\s+(.*)$/s.exec(challenge ?? '') ?? [];
  const basic =
    credentials && `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
  if (scheme.toLowerCase() === 'basic' && basic) return basic;
  if (scheme.toLowerCase() !== 'bearer') throw refused(image, 401);
  const named = new Map([...rest.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]));
  const realm = tokenRealm(named.get('realm'), image);
  const service = named.get('service');
  if (service) realm.searchParams.set('service', service);
  realm.searchParams.set('scope', named.get('scope') ?? `repository:${image.repository}:pull`);
  const headers = basic ? { authorization: basic } : {};
  const answer = await request(realm, { headers, dispatcher, ...(signal ? { signal } : {}) });
  const body = (await answer.body.json().catch(() => ({}))) as { token?: string; access_token?: string };
  const token = body.token ?? body.access_token;
  if (answer.statusCode !== 200 || !token) throw refused(image, answer.statusCode);
  return `Bearer ${token}`;
}

function tokenRealm(text: string | undefined, image: ImageReference): URL {
  const realm = URL.canParse(text ?? '') ? new URL(text ?? '') : undefined;
  const isSafe =
    realm?.protocol === 'https:' ||
    (realm?.protocol === 'http:' && isLocalRegistry(realm.host) && isLocalRegistry(image.registry));
  if (realm && isSafe) return realm;
  throw new Problem(`The registry ${image.registry} names no safe place for its tokens: ${text ?? 'none'}`);
}

function refused({ registry, repository }: ImageReference, status: number): Problem {
  const isDenied = status === 401 || status === 403;
  return new Problem(`The registry ${registry} answered ${status} for ${repository}`, {
    next: isDenied ? [`Log in: docker login ${registry}; or name \`username\` and \`password\` in the step`] : [],
  });
}

function headerOf({ headers }: Dispatcher.ResponseData, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
