import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backOffMs } from '../../src/cluster/back-off.ts';
import { closestName } from '../../src/cluster/closest-name.ts';
import { proxyFor } from '../../src/cluster/connect/proxy.ts';
import { createRequestRate } from '../../src/cluster/connect/request-rate.ts';
import { canILine, describeTarget, targetOf } from '../../src/cluster/connect/request-target.ts';
import { splitLines } from '../../src/cluster/connect/split-lines.ts';
import { parseServicePort, publishedAddress, serviceProxyPath } from '../../src/cluster/published.ts';
import { coarseAge, describeFeed, worstOf } from '../../src/cluster/watch/feed-state.ts';
import { createWaker } from '../../src/cluster/watch/waker.ts';

describe('a request', () => {
  const line = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, query?: Record<string, boolean>) => {
    const target = targetOf(query ? { method, path, query } : { method, path });
    return target ? canILine(target) : undefined;
  };

  it('is put in the words of its authorization', () => {
    expect(line('GET', '/api/v1/namespaces/tars/pods')).toBe('kubectl auth can-i list pods -n tars');
    expect(line('GET', '/api/v1/namespaces/tars/pods', { watch: true })).toBe('kubectl auth can-i watch pods -n tars');
    expect(line('GET', '/api/v1/namespaces/tars/pods/a/log')).toBe(
      'kubectl auth can-i get pods/a --subresource=log -n tars',
    );
    expect(line('PATCH', '/apis/apps/v1/namespaces/tars/deployments/web')).toBe(
      'kubectl auth can-i patch deployments.apps/web -n tars',
    );
    expect(line('GET', '/api/v1/namespaces/tars')).toBe('kubectl auth can-i get namespaces/tars');
    expect(line('DELETE', '/api/v1/nodes/n1')).toBe('kubectl auth can-i delete nodes/n1');
    expect(line('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews')).toBe(
      'kubectl auth can-i create selfsubjectaccessreviews.authorization.k8s.io',
    );
    expect(line('GET', '/version')).toBeUndefined();
    expect(describeTarget({ path: '/api/v1/namespaces/tars/pods/a' })).toBe('pods/a in namespace tars');
  });

  it('goes by the proxy unless NO_PROXY excepts its host', () => {
    const by = (server: string, noProxy = '') => proxyFor(server, { HTTPS_PROXY: 'proxy:3128', NO_PROXY: noProxy });
    expect(by('https://api.example.com:6443')).toBe('http://proxy:3128');
    expect(by('https://127.0.0.1:6443')).toBeUndefined();
    expect(by('https://api.example.com', 'other,.example.com')).toBeUndefined();
    expect(by('https://example.com', '.example.com')).toBe('http://proxy:3128');
    expect(by('https://notexample.com', 'example.com')).toBe('http://proxy:3128');
    expect(by('https://10.1.2.3:6443', '10.0.0.0/8')).toBeUndefined();
    expect(by('https://11.1.2.3:6443', '10.0.0.0/8')).toBe('http://proxy:3128');
    expect(by('https://api.example.com:6443', 'api.example.com:443')).toBe('http://proxy:3128');
    expect(by('https://anything', '*')).toBeUndefined();
    expect(proxyFor('https://api.example.com', {})).toBeUndefined();
  });

  it('counts in the rate for ten seconds', () => {
    let now = 0;
    const rate = createRequestRate(() => now);
    for (let turn = 0; turn < 5; turn += 1) rate.count();
    expect(rate.rate()).toBe(5);
    now = 9_000;
    expect(rate.rate()).toBeCloseTo(5 / 9);
    now = 11_000;
    expect(rate.rate()).toBe(0);
  });
});

describe('lines', () => {
  it('are the same however the bytes are cut', async () => {
    const texts = fc.array(fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', '')));
    await fc.assert(
      fc.asyncProperty(texts, fc.integer({ min: 1, max: 7 }), async (lines, size) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        async function* chunks() {
          for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
        }
        const found: string[] = [];
        for await (const line of splitLines(chunks())) found.push(line);
        expect(found).toEqual(lines);
      }),
    );
  });
});

describe('patience', () => {
  it('grows to half a minute and is never nothing', () => {
    expect(backOffMs(1, () => 1)).toBe(500);
    expect(backOffMs(3, () => 1)).toBe(2000);
    fc.assert(
      fc.property(fc.nat(1000), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
        const ms = backOffMs(failures, () => random);
        expect(ms).toBeGreaterThanOrEqual(250);
        expect(ms).toBeLessThanOrEqual(30_000);
      }),
    );
  });

  it('loses no news that comes before the sleep', async () => {
    const waker = createWaker();
    waker.wake();
    await waker.sleep(60_000);
    const sleeping = waker.sleep(60_000);
    waker.wake();
    await sleeping;
  });
});

describe('the state of a feed', () => {
  it('changes its sentence in coarse steps only', () => {
    const sentences = new Set(
      Array.from({ length: 60 }, (_, second) => describeFeed({ kind: 'stale', since: 0, reason: '' }, second * 1000)),
    );
    expect(sentences.size).toBe(5);
    expect(coarseAge(150_000)).toBe('2.5 min');
  });

  it('of several is the worst', () => {
    expect(
      worstOf([{ kind: 'live', since: 0 }, { kind: 'stale', since: 0, reason: 'x' }, { kind: 'connecting' }]).kind,
    ).toBe('stale');
    expect(worstOf([]).kind).toBe('live');
  });
});

describe('addresses', () => {
  const service = (published: string) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'a', annotations: { 'tars-console.dev/published': published } },
  });

  it('are taken from the annotation when they lead to this machine only', () => {
    expect(publishedAddress(service('{"8000":"http://127.0.0.1:41234"}'), 8000)).toBe('http://127.0.0.1:41234');
    expect(publishedAddress(service('{"8000":"http://127.0.0.1:41234"}'), 80)).toBeUndefined();
    expect(publishedAddress(service('{"8000":"http://evil.example.com"}'), 8000)).toBeUndefined();
    expect(publishedAddress(service('{"8000":"http://127.evil.example.com"}'), 8000)).toBeUndefined();
    expect(publishedAddress(service('not json'), 8000)).toBeUndefined();
  });

  it('lead through the API server elsewhere', () => {
    expect(serviceProxyPath('tars', 'backend-service', 8000, '/health')).toBe(
      '/api/v1/namespaces/tars/services/backend-service:8000/proxy/health',
    );
    expect(parseServicePort('backend-service:8000')).toEqual({ name: 'backend-service', port: 8000 });
    expect(['backend', 'a:0', 'a:70000', 'A:1', ':80'].map(parseServicePort)).toEqual(Array(5).fill(undefined));
  });
});

describe('the closest name', () => {
  it('is offered when it is near and not otherwise', () => {
    expect(closestName('prodution', ['staging', 'production'])).toBe('production');
    expect(closestName('xyz', ['staging', 'production'])).toBeUndefined();
    expect(closestName('a', [])).toBeUndefined();
  });
});
