import { createServer as createPlainServer } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { accessLines } from '../../../src/cluster/access/access-lines.ts';
import type { AccessPoint } from '../../../src/cluster/access/access-point.ts';
import { type ForwardEvent, type ForwardState, updateForward } from '../../../src/cluster/access/forward-state.ts';
import { ingressPlace } from '../../../src/cluster/access/ingress-place.ts';
import { probeUrl } from '../../../src/cluster/access/probe-url.ts';
import { servicePlace } from '../../../src/cluster/access/service-place.ts';
import { publishedAnnotation } from '../../../src/cluster/published.ts';
import { makeCertificate } from '../../../src/playbooks/steps/certificate/make.ts';
import { textWidth } from '../../../src/ui/text.ts';
import { createTheme } from '../../../src/ui/theme.ts';

const { symbols } = createTheme({ color: 0, unicode: true });
const wanted = { title: 'API', host: 'tars.local', ingress: 'tars-ingress', path: '/health' };
const backend = { service: { name: 'backend-service', port: { number: 8000 } } };

function ingress(change: { status?: object; annotations?: Record<string, string>; tls?: object[] } = {}) {
  const { status, annotations = {}, tls = [{ hosts: ['tars.local', 'api.tars.local'] }] } = change;
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'tars-ingress', namespace: 'tars', annotations },
    spec: {
      ingressClassName: 'nginx',
      tls,
      rules: ['tars.local', 'api.tars.local'].map((host) => ({ host, http: { paths: [{ path: '/', backend }] } })),
    },
    status,
  };
}

describe('the way in through an Ingress', () => {
  it('has the address that its controller gave it, with TLS where the Ingress says so', () => {
    const given = { loadBalancer: { ingress: [{ ip: '203.0.113.7' }] } };
    expect(ingressPlace(wanted, ingress({ status: given }))).toMatchObject({
      way: 'address',
      addresses: ['203.0.113.7'],
      hosts: ['tars.local', 'api.tars.local'],
      urls: [{ url: 'https://tars.local/health', address: '203.0.113.7', port: 443 }, {}],
      forward: { service: 'backend-service', port: 8000 },
    });
    expect(ingressPlace(wanted, ingress({ status: given, tls: [] })).urls[0]).toEqual({
      url: 'http://tars.local/health',
      address: '203.0.113.7',
      port: 80,
    });
  });

  it('is on this machine where the sandbox opened a port for it', () => {
    const published = JSON.stringify({ 80: 'http://127.0.0.1:41000', 443: 'https://127.0.0.1:41001' });
    const place = ingressPlace(wanted, ingress({ annotations: { [publishedAnnotation]: published } }));
    expect(place).toMatchObject({ way: 'published', addresses: ['127.0.0.1'] });
    expect(place.urls[0]).toEqual({ url: 'https://tars.local:41001/health', address: '127.0.0.1', port: 41001 });
  });

  it('is nowhere without a controller, and says which class has none; a port-forward still has a Service', () => {
    const place = ingressPlace(wanted, ingress());
    expect(place).toMatchObject({ way: 'none', urls: [], forward: { service: 'backend-service', port: 8000 } });
    expect(place.trouble).toContain('for the class nginx');
    const absent = ingressPlace({ ...wanted, forward: 'backend-service:8000' }, undefined);
    expect(absent).toMatchObject({ trouble: 'does not exist', forward: { service: 'backend-service', port: 8000 } });
  });
});

describe('the way in through a Service', () => {
  const service = (spec: object, status = {}) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop' },
    spec,
    status,
  });
  const web = { title: 'Shop', service: 'web:80', path: '/' };

  it('is the load balancer, a port of a node, or only the cluster', () => {
    const balanced = service(
      { type: 'LoadBalancer', ports: [{ port: 80 }] },
      { loadBalancer: { ingress: [{ hostname: 'lb.example.com' }] } },
    );
    expect(servicePlace(web, balanced, undefined).urls[0]?.url).toBe('http://lb.example.com:80/');
    const onNodes = service({ type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] });
    expect(servicePlace(web, onNodes, '10.0.0.4')).toMatchObject({
      way: 'node-port',
      urls: [{ url: 'http://10.0.0.4:30080/' }],
    });
    expect(servicePlace(web, service({ ports: [{ port: 80 }] }), undefined)).toMatchObject({
      way: 'none',
      trouble: 'is of the type ClusterIP: only the cluster reaches it',
      forward: { service: 'web', port: 80 },
    });
  });
});

describe('a URL that is tried', () => {
  let close: (() => void) | undefined;
  afterEach(() => close?.());
  const signal = new AbortController().signal;

  it('is asked under its own name at the address; what the certificate is, is told', async () => {
    const { certificate, key } = await makeCertificate(['tars.local'], 40, 'Test authority');
    const server = createServer({ cert: certificate, key }, (request, response) => {
      response.writeHead(request.headers.host?.startsWith('tars.local:') ? 204 : 404).end();
    }).listen(0, '127.0.0.1');
    close = () => server.close();
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const at = { address: '127.0.0.1', port };
    expect(await probeUrl({ url: `https://tars.local:${port}/`, ...at }, signal)).toMatchObject({
      reached: true,
      status: 204,
      certificate: { issuer: 'CN=Test authority', days: 39, selfSigned: false, trusted: false, forHost: true },
    });
    expect(await probeUrl({ url: `https://other.local:${port}/`, ...at }, signal)).toMatchObject({
      certificate: { forHost: false },
    });
  });

  it('that nobody answers has a reason', async () => {
    const server = createPlainServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    expect(await probeUrl({ url: `http://x.local:${port}/`, address: '127.0.0.1', port }, signal)).toEqual({
      reached: false,
      reason: 'the connection was refused',
    });
  });
});

describe('what is said of a way in', () => {
  const point: AccessPoint = {
    ...{ title: 'API', path: '/health', object: 'Ingress/tars-ingress', way: 'address', addresses: ['203.0.113.7'] },
    hosts: [
      { name: 'tars.local', resolves: ['203.0.113.7'], right: true },
      { name: 'api.tars.local', resolves: [], right: false },
    ],
    hostsLine: '203.0.113.7 tars.local api.tars.local',
    urls: ['https://tars.local/health'],
    curl: 'curl -i -k --resolve tars.local:443:203.0.113.7 https://tars.local/health',
    forward: { service: 'backend-service', port: 8000 },
    answer: {
      ...{ reached: true, status: 200, ms: 12 },
      certificate: {
        ...{ subject: 'CN=tars.local', issuer: 'CN=tars.local', expires: '2027-01-01T00:00:00.000Z', days: 40 },
        ...{ selfSigned: true, trusted: false, forHost: true },
      },
    },
  };
  const text = (one: AccessPoint, width?: number) => accessLines(one, symbols, width).map((line) => line.text);

  it('is the address, the names that are missing here with the line to write, the answer and the certificate', () => {
    expect(text(point)).toEqual([
      'API: Ingress/tars-ingress, path /health',
      '  ✓ address       203.0.113.7',
      '  ✓ host          tars.local: is 203.0.113.7 here',
      '  ▲ host          api.tars.local: not known on this machine',
      '    hosts line    203.0.113.7 tars.local api.tars.local',
      "    as root       echo '203.0.113.7 tars.local api.tars.local' | sudo tee -a /etc/hosts",
      '  ✓ answer        status 200 in 12 ms',
      '  ▲ certificate   CN=tars.local, self-signed, until 2027-01-01, 40 days left',
      '                  A browser will warn: nobody but the server itself vouches for it',
      '    URL           https://tars.local/health',
      '    meanwhile     curl -i -k --resolve tars.local:443:203.0.113.7 https://tars.local/health',
    ]);
  });

  it('asks to correct a name that leads elsewhere, and not to add a second line for it', () => {
    const hosts = [{ name: 'tars.local', resolves: ['10.9.9.9'], right: false }];
    const said = text({ ...point, hosts }).join('\n');
    expect(said).toContain('tars.local: is 10.9.9.9 here, which is another address');
    expect(said).toContain('correct their line in /etc/hosts');
    expect(said).not.toContain('sudo tee');
  });

  it('is no wider than the screen, and has no control characters of a hostile cluster', () => {
    for (const line of text({ ...point, object: 'Ingress/\u001b[31mred' }, 76)) {
      expect(textWidth(line)).toBeLessThanOrEqual(76);
      expect(line).not.toContain('\u001b');
    }
  });
});

describe('a kept port-forward', () => {
  const lost = (final = false): ForwardEvent => ({ type: 'lost', reason: 'no pod is ready', port: 8000, final });
  const reached: ForwardEvent = { type: 'reached', port: 8000, pod: 'backend-1' };
  const stateAfter = (...events: ForwardEvent[]) =>
    events.reduce((state, event) => updateForward(state, event).state, { kind: 'opening' } as ForwardState);

  it('counts its failures for the back-off, keeps its port, and begins anew once it was reached', () => {
    expect(stateAfter(reached, lost(), lost())).toMatchObject({ kind: 'reconnecting', failures: 2, port: 8000 });
    expect(stateAfter(reached, lost(), lost(), reached)).toEqual({ kind: 'open', port: 8000, pod: 'backend-1' });
    expect(stateAfter(reached, lost(), reached, lost())).toMatchObject({ failures: 1 });
    expect(updateForward(stateAfter(reached), lost()).next).toEqual({ type: 'retry', failures: 1 });
  });

  it('never begins again by itself once it has ended or cannot be had', () => {
    const event = fc.oneof(
      fc.constant(reached),
      fc.boolean().map((final) => lost(final)),
      fc.constant<ForwardEvent>({ type: 'end' }),
    );
    fc.assert(
      fc.property(fc.array(event), fc.array(event), (before, later) => {
        const state = stateAfter(...before, { type: 'end' });
        const final = later.reduce((one, next) => updateForward(one, next).state, state);
        expect(final).toEqual(state);
        expect(updateForward(final, reached).next).toEqual({ type: 'stop' });
      }),
    );
  });
});
