import { describe, expect, it } from 'vitest';
import { accessLines } from '../../../src/cluster/access/access-lines.ts';
import { collectAccess } from '../../../src/cluster/access/collect-access.ts';
import { revealPassword } from '../../../src/cluster/access/credentials.ts';
import { connect } from '../../../src/cluster/connect/connect.ts';
import { createTheme } from '../../../src/ui/theme.ts';
import { json, refuse, startFakeCluster } from '../../support/cluster.ts';

const { symbols } = createTheme({ color: 0, unicode: true });
const base64 = (text: string) => Buffer.from(text).toString('base64');
const secrets = '/api/v1/namespaces/observability/secrets';

const grafana = {
  ...{ title: 'Grafana', path: '/', service: 'prometheus-grafana:80', namespace: 'observability' },
  credentials: { secret: 'prometheus-grafana', username: { key: 'admin-user' }, password: 'admin-password' },
};

async function open(data: Record<string, string> | undefined, status = 200) {
  const fake = await startFakeCluster(({ path }, response) => {
    const group = {
      metadata: {},
      versions: [{ version: 'v1', resources: [resource('services', 'Service'), resource('secrets', 'Secret')] }],
    };
    if (path === '/api') return json(response, { kind: 'APIGroupDiscoveryList', items: [group] });
    if (path === '/apis') return json(response, { kind: 'APIGroupDiscoveryList', items: [] });
    if (status === 403 && path.startsWith(secrets)) return refuse(response, 403, 'Forbidden', 'no');
    if (path === `${secrets}/prometheus-grafana` && data)
      return json(response, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'prometheus-grafana' }, data });
    return refuse(response, 404, 'NotFound', 'not found');
  });
  const connection = await connect({ kubeconfig: fake.kubeconfig, namespace: 'tartware-system', sandbox: false });
  const close = async () => {
    connection.close();
    await fake.close();
  };
  return { fake, connection, close };
}

function resource(name: string, kind: string) {
  return { resource: name, responseKind: { kind }, scope: 'Namespaced', verbs: ['get', 'list'] };
}

const signal = AbortSignal.timeout(10_000);

describe('credentials of a way in', () => {
  it('are told without the password, of another namespace too, and a port-forward leads there', async () => {
    const { fake, connection, close } = await open({
      'admin-user': base64('anna'),
      'admin-password': base64('s3cret-word'),
    });
    const [point] = await collectAccess(connection, { namespace: 'tartware-system', access: [grafana] }, signal);
    expect(point).toMatchObject({
      object: 'Service/prometheus-grafana in observability',
      forward: { service: 'prometheus-grafana', port: 80, namespace: 'observability' },
      credentials: { secret: 'observability/prometheus-grafana', username: 'anna', password: 'there' },
    });
    expect(fake.requests.map(({ path }) => path)).toContain(
      '/api/v1/namespaces/observability/services/prometheus-grafana',
    );
    expect(JSON.stringify(point)).not.toMatch(/s3cret-word|czNjcmV0/);
    const text =
      point &&
      accessLines(point, symbols)
        .map((line) => line.text)
        .join('\n');
    expect(text).toContain('anna');
    expect(text).not.toContain('s3cret-word');
    expect(await revealPassword(connection, grafana.credentials, 'observability', signal)).toBe('s3cret-word');
    await close();
  });

  it.each([
    [undefined, 200, { password: 'absent', trouble: 'the Secret does not exist' }],
    [{ other: 'eA==' }, 200, { password: 'absent', trouble: 'the Secret has no key admin-password' }],
    [{}, 403, { password: 'unknown', trouble: 'you may not read this Secret' }],
  ])('say why there is none: %j, status %i', async (data, status, expected) => {
    const { connection, close } = await open(data as Record<string, string> | undefined, status);
    const [point] = await collectAccess(connection, { namespace: 'tartware-system', access: [grafana] }, signal);
    expect(point?.credentials).toMatchObject(expected);
    await close();
  });
});
