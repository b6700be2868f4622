import { afterEach, describe, expect, it } from 'vitest';
import { collectAccess } from '../../../../src/cluster/access/collect-access.ts';
import type { ForwardState } from '../../../../src/cluster/access/forward-state.ts';
import { keepForward } from '../../../../src/cluster/access/keep-forward.ts';
import { openStepCluster } from '../../support/steps.ts';
import { listeningPod } from '../../support/streams.ts';

const { cluster, connection } = await openStepCluster();
const { namespace } = connection.info;
const pods = `/api/v1/namespaces/${namespace}/pods`;
const signal = AbortSignal.timeout(60_000);

let end: (() => void) | undefined;
afterEach(() => end?.());

/** A pod that answers with its name, behind the Service `backend-service` at port 8000. */
async function backend(name: string): Promise<void> {
  await listeningPod(cluster, namespace, name);
  await cluster.patch(`${pods}/${name}`, { metadata: { labels: { app: 'backend' } } }, 'merge-patch+json');
}

const access = [
  { title: 'API', host: 'tars.test', ingress: 'tars-ingress', path: '/health' },
  { title: 'Backend', service: 'backend-service:8000', path: '/' },
];
const look = () => collectAccess(connection, { namespace, access }, signal);

async function until(states: readonly ForwardState[], holds: (newest: ForwardState) => boolean): Promise<ForwardState> {
  for (const deadline = Date.now() + 40_000; ; ) {
    const newest = states.at(-1);
    if (newest && holds(newest)) return newest;
    if (Date.now() > deadline) throw new Error(`it never came to that: ${JSON.stringify(states)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('Access', () => {
  it('Access: says what is not there, then that the Ingress has no address, then the address, the hosts line and the URL', async () => {
    const [absent] = await look();
    expect(absent).toMatchObject({ object: 'Ingress/tars-ingress', way: 'none', trouble: 'does not exist' });
    await cluster.post(`/api/v1/namespaces/${namespace}/services`, {
      metadata: { name: 'backend-service' },
      spec: { selector: { app: 'backend' }, ports: [{ name: 'http', port: 8000, targetPort: 8080 }] },
    });
    const ingresses = `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`;
    const service = { name: 'backend-service', port: { name: 'http' } };
    await cluster.post(ingresses, {
      metadata: { name: 'tars-ingress' },
      spec: {
        ingressClassName: 'nobody',
        tls: [{ hosts: ['tars.test'], secretName: 'tars-tls-cert' }],
        rules: ['tars.test', 'api.tars.test'].map((host) => ({
          host,
          http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service } }] },
        })),
      },
    });
    const [waiting, inner] = await look();
    expect(waiting).toMatchObject({ way: 'none', forward: { service: 'backend-service', port: 'http' } });
    expect(waiting?.trouble).toContain('is an ingress controller running for the class nobody?');
    expect(inner?.way).toMatch(/^(none|published)$/);
    const status = { loadBalancer: { ingress: [{ ip: '127.0.0.2' }] } };
    await cluster.patch(`${ingresses}/tars-ingress/status`, { status }, 'merge-patch+json');
    const [given] = await look();
    expect(given).toMatchObject({
      way: 'address',
      addresses: ['127.0.0.2'],
      hostsLine: '127.0.0.2 tars.test api.tars.test',
      hosts: [{ name: 'tars.test', resolves: [], right: false }, {}],
      urls: ['https://tars.test/health', 'http://api.tars.test/health'],
      curl: 'curl -i --resolve tars.test:443:127.0.0.2 https://tars.test/health',
      answer: { reached: false },
    });
  });

  it('Access: a port-forward goes on at its port with another pod when its own goes away, and says so', async () => {
    await backend('first');
    const states: ForwardState[] = [];
    const controller = new AbortController();
    end = () => controller.abort();
    const place = { service: 'backend-service', port: 'http' };
    const options = { namespace, signal: controller.signal, checkMs: 200 };
    const ended = keepForward(connection, place, { ...options, onState: (state) => states.push(state) });
    const open = await until(states, ({ kind }) => kind === 'open');
    if (open.kind !== 'open') throw new Error(open.kind);
    expect(open.pod).toBe('first');
    const ask = async () => (await fetch(`http://127.0.0.1:${open.port}/`)).text();
    expect(await ask()).toContain('first');
    await cluster.remove(`${pods}/first?gracePeriodSeconds=0`);
    expect(await until(states, ({ kind }) => kind === 'reconnecting')).toMatchObject({ port: open.port });
    await backend('second');
    expect(await until(states, ({ kind }) => kind === 'open')).toMatchObject({ port: open.port, pod: 'second' });
    expect(await ask()).toContain('second');
    controller.abort();
    await ended;
    expect(states.at(-1)).toEqual({ kind: 'ended' });
    await expect(ask()).rejects.toThrow();
  });
});
