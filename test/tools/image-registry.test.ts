import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { isLocalRegistry, parseImageReference, pinnedReference } from '../../src/tools/image-reference.ts';
import { registryDigest } from '../../src/tools/image-registry.ts';
import { savedCredentials } from '../../src/tools/registry-login.ts';
import { fakeProgram } from '../support/fake-program.ts';

const digest = `sha256:${'a'.repeat(64)}`;
let server: Server | undefined;
afterEach(() => {
  server?.close();
});

async function serve(handle: (request: IncomingMessage, response: ServerResponse, address: string) => void) {
  const made = createServer((request, response) => handle(request, response, address));
  server = made;
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  const address = `127.0.0.1:${(made.address() as AddressInfo).port}`;
  return address;
}

describe('a digest in a registry', () => {
  it('is asked for with a token that the registry names the place of', async () => {
    const asked: string[] = [];
    const registry = await serve((request, response, address) => {
      asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? ''}`.trim());
      if (request.url?.startsWith('/token')) response.end(JSON.stringify({ token: 'of-the-registry' }));
      else if (request.headers.authorization === 'Bearer of-the-registry')
        response.writeHead(200, { 'docker-content-digest': digest }).end();
      else {
        const challenge = `Bearer realm="http://${address}/token",service="test",scope="repository:a/b:pull"`;
        response.writeHead(401, { 'www-authenticate': challenge }).end();
      }
    });
    const credentials = { username: 'me', password: 'mine' };
    expect(await registryDigest(parseImageReference(`${registry}/a/b:1.2`), { credentials })).toBe(digest);
    expect(asked).toEqual([
      'HEAD /v2/a/b/manifests/1.2',
      `GET /token?service=test&scope=repository%3Aa%2Fb%3Apull Basic ${Buffer.from('me:mine').toString('base64')}`,
      'HEAD /v2/a/b/manifests/1.2 Bearer of-the-registry',
    ]);
  });

  it('is computed where the registry does not say it, and undefined where there is no such image', async () => {
    const registry = await serve((request, response) => {
      if (request.url?.endsWith('/none')) response.writeHead(404).end();
      else response.writeHead(200).end(request.method === 'GET' ? 'hello' : undefined);
    });
    expect(await registryDigest(parseImageReference(`${registry}/a:x`))).toBe(
      'sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
    );
    expect(await registryDigest(parseImageReference(`${registry}/a:none`))).toBeUndefined();
  });

  it('is refused in words: no login, an unsafe place for tokens, no answer', async () => {
    const denied = await serve((_, response) => response.writeHead(403).end());
    await expect(registryDigest(parseImageReference(`${denied}/a`))).rejects.toThrow(/answered 403 for a/);
    server?.close();
    const unsafe = await serve((_, response) =>
      response.writeHead(401, { 'www-authenticate': 'Bearer realm="http://elsewhere.example.com/token"' }).end(),
    );
    await expect(registryDigest(parseImageReference(`${unsafe}/a`))).rejects.toThrow(/no safe place for its tokens/);
    await expect(registryDigest(parseImageReference('127.0.0.1:1/a'))).rejects.toThrow(/does not answer/);
  });
});

describe('a name of an image', () => {
  it('is read as container engines read it', () => {
    expect(parseImageReference('nginx')).toEqual({
      registry: 'docker.io',
      repository: 'library/nginx',
      tag: 'latest',
      digest: undefined,
    });
    expect(parseImageReference('localhost:5000/a/b:c')).toMatchObject({
      registry: 'localhost:5000',
      repository: 'a/b',
      tag: 'c',
    });
    const pinned = parseImageReference(`quay.io/a/b@${digest}`);
    expect(pinned).toMatchObject({ tag: undefined, digest });
    expect(pinnedReference(pinned, digest)).toBe(`quay.io/a/b@${digest}`);
    for (const wrong of ['', 'A/B', 'a b', '--help', 'a:b:c', 'a@sha256:1', '../../etc', 'a/b:$(id)'])
      expect(() => parseImageReference(wrong), wrong).toThrow(/is no name of an image/);
  });

  it('is one of this machine only by loopback', () => {
    expect(
      ['localhost:5000', '127.0.0.1', '[::1]:5000', '127.0.0.1.example.com', 'localhost.evil'].map(isLocalRegistry),
    ).toEqual([true, true, true, false, false]);
  });
});

describe('a saved login', () => {
  it('is read from docker’s file and from its helpers', async () => {
    const helper = fakeProgram(
      'docker-credential-test',
      `console.log(JSON.stringify({ Username: 'me', Secret: 'of ' + stdin }))`,
    );
    const folder = mkdtempSync(join(tmpdir(), 'tars-console-login-'));
    const auth = Buffer.from('you:a:b').toString('base64');
    const config = { auths: { 'quay.io': { auth }, 'ghcr.io': {} }, credHelpers: { 'ghcr.io': 'test' } };
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
    const env = { DOCKER_CONFIG: folder, HOME: folder };
    const path = process.env.PATH;
    process.env.PATH = `${helper.folder}:${path}`;
    expect(await savedCredentials('quay.io', env)).toEqual({ username: 'you', password: 'a:b' });
    expect(await savedCredentials('ghcr.io', env)).toEqual({ username: 'me', password: 'of ghcr.io' });
    expect(await savedCredentials('gcr.io', env)).toBeUndefined();
    process.env.PATH = path;
  });
});
