import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { connect } from '../../../../src/cluster/connect/connect.ts';
import type { Connection } from '../../../../src/cluster/connection.ts';
import type { Finding } from '../../../../src/playbooks/finding.ts';
import { openPlaybook } from '../../support/run-playbook.ts';
import { connectTo, openStepCluster } from '../../support/steps.ts';

const { cluster, connection } = await openStepCluster();

async function check(as: Connection, ref = 'tars/prerequisites', inputs: Record<string, string> = {}) {
  const playbook = await openPlaybook(as, ref, inputs);
  const { status, records } = await playbook.run(await playbook.plan());
  const findings = records.flatMap((record) => (record.type === 'step-result' ? (record.findings ?? []) : []));
  const about = (title: string): Finding => {
    const found = findings.find((one) => one.title.includes(title));
    if (!found) throw new Error(`no finding about ${title}: ${findings.map((one) => one.title).join('; ')}`);
    return found;
  };
  return { status, findings, about };
}

/** A namespace of its own, for a fault that others must not meet. */
async function elsewhere() {
  const namespace = await cluster.namespace();
  return { namespace, core: `/api/v1/namespaces/${namespace}`, as: await connectTo(cluster, namespace) };
}

it('Check prerequisites: a healthy cluster has no fatal finding', async () => {
  const { status, findings, about } = await check(connection);
  const fatal = findings.filter(({ level }) => level === 'fatal').map(({ title, observed }) => `${title}: ${observed}`);
  // The plane without machines of its own has neither classes nor figures; the sandbox lacks nothing.
  const expected = cluster.on === 'sandbox' ? [] : fatal.filter((line) => /class|metrics|cores|memory/i.test(line));
  expect(fatal).toEqual(expected);
  if (cluster.on === 'sandbox') expect(status).toBe('done');
  expect(about('You may create and change')).toMatchObject({ level: 'ok' });
  expect(about('Quotas and limits')).toMatchObject({ level: 'ok', observed: 'no quota and no limits' });
  expect(about('No other program owns')).toMatchObject({ level: 'ok' });
  expect(about('clock')).toMatchObject({ level: 'ok', observed: 'no difference' });
});

it('programs that are optional are said to be so, with the line that installs them', async () => {
  const { findings } = await check(connection, 'cluster/prerequisites');
  const optional = findings.filter(({ title }) => title.includes('(optional)'));
  expect(optional.length).toBeGreaterThanOrEqual(6);
  for (const { level, repair } of optional.filter((one) => one.level !== 'ok')) {
    expect(level).toBe('warning');
    expect(repair).toMatch(/apt-get|dnf|apk|pacman|brew|curl|https:/);
  }
});

it('a tight quota and limits are found, with what is needed and what is left', async () => {
  const { namespace, core, as } = await elsewhere();
  const hard = { 'requests.cpu': '1', 'requests.storage': '15Gi', pods: '20' };
  await cluster.post(`${core}/resourcequotas`, { metadata: { name: 'tight' }, spec: { hard } });
  await cluster.post(`${core}/limitranges`, {
    metadata: { name: 'sizes' },
    spec: { limits: [{ type: 'PersistentVolumeClaim', max: { storage: '15Gi' } }] },
  });
  await cluster.until(`${core}/resourcequotas/tight`, ({ body }) => body.status?.hard?.pods === '20');
  const found = (await check(as)).about('Quotas and limits');
  expect(found.level).toBe('fatal');
  expect(found.observed).toContain('requests.storage needs');
  expect(found.evidence?.join('\n')).toMatch(/ResourceQuota\/tight: requests\.cpu, needed \S+, allowed or left 1 /);
  expect(found.evidence?.join('\n')).toMatch(/LimitRange\/sizes: max storage, needed \d+Gi, allowed or left 15Gi/);
  expect(found.repair).toContain(namespace);
  as.close();
});

it('fields that another program owns are found, with its name', async () => {
  const { core, as } = await elsewhere();
  await cluster.post(`${core}/configmaps?fieldManager=somebody-else`, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'tars-config' },
    data: { REDIS_CACHE_TTL: '1' },
  });
  const found = (await check(as)).about('No other program owns');
  expect(found).toMatchObject({ level: 'warning', observed: 'ConfigMap/tars-config: somebody-else' });
  expect(found.evidence?.join('\n')).toContain('REDIS_CACHE_TTL');
  as.close();
});

it('a namespace that is being deleted is found, and what keeps it', async () => {
  const { namespace, core, as } = await elsewhere();
  await cluster.post(`${core}/configmaps`, { metadata: { name: 'held', finalizers: ['example.com/hold'] } });
  await cluster.remove(core);
  await cluster.until(core, ({ body }) =>
    body.status?.conditions?.some(
      ({ type, status }: { type: string; status: string }) =>
        type === 'NamespaceFinalizersRemaining' && status === 'True',
    ),
  );
  const own = (await check(as)).about(`The namespace ${namespace} is not being deleted`);
  expect(own.level).toBe('fatal');
  expect(own.observed).toContain('Terminating since 20');
  expect(own.evidence?.join('\n')).toContain('example.com/hold');
  // It counts as hanging after ten seconds: for a moment any namespace is on its way.
  await vi.waitFor(
    async () => {
      const other = (await check(connection, 'cluster/prerequisites')).about('No other namespace hangs');
      expect(other).toMatchObject({ level: 'warning', observed: expect.stringContaining(namespace) });
    },
    { timeout: 40_000, interval: 2000 },
  );
  await cluster.patch(`${core}/configmaps/held`, { metadata: { finalizers: null } }, 'merge-patch+json');
  as.close();
});

it('an API whose server is gone is found', async () => {
  const name = `v1.${connection.info.namespace}.example.com`;
  const list = '/apis/apiregistration.k8s.io/v1/apiservices';
  const { namespace } = connection.info;
  await cluster.post(list, {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name },
    spec: {
      ...{ group: `${namespace}.example.com`, version: 'v1', groupPriorityMinimum: 100, versionPriority: 100 },
      ...{ insecureSkipTLSVerify: true, service: { name: 'gone', namespace } },
    },
  });
  try {
    // The sandbox takes such an API on and asks no server for it: there its state is said for it.
    const conditions = [{ type: 'Available', status: 'False', reason: 'ServiceNotFound', message: 'not present' }];
    if (cluster.on === 'sandbox')
      await cluster.patch(`${list}/${name}/status`, { status: { conditions } }, 'merge-patch+json');
    await cluster.until(`${list}/${name}`, ({ body }) =>
      body.status?.conditions?.some(
        (one: { type: string; status: string }) => one.type === 'Available' && one.status === 'False',
      ),
    );
    const found = (await check(connection, 'cluster/prerequisites')).about('Every API that the cluster has taken on');
    expect(found).toMatchObject({ level: 'warning', observed: expect.stringContaining(name) });
    expect(found.evidence?.join('\n')).toMatch(new RegExp(`${name}: ServiceNotFound`));
  } finally {
    // As long as it is there, no namespace can be deleted.
    await cluster.remove(`${list}/${name}`);
  }
});

it('a Helm release that was cut short is found, with the way back', async () => {
  const { namespace, core, as } = await elsewhere();
  for (const [version, status] of Object.entries({ 1: 'deployed', 2: 'pending-upgrade' }))
    await cluster.post(`${core}/secrets`, {
      type: 'helm.sh/release.v1',
      metadata: {
        name: `sh.helm.release.v1.web.v${version}`,
        labels: { owner: 'helm', name: 'web', status, version },
      },
    });
  const found = (await check(as, 'cluster/prerequisites')).about('No Helm release was cut short');
  expect(found).toMatchObject({
    level: 'warning',
    observed: expect.stringContaining(`${namespace}/web pending-upgrade for 0 min`),
    repair: expect.stringContaining(`helm rollback web -n ${namespace}`),
  });
  as.close();
});

it('rights that are missing are named by the playbooks’ own word', async () => {
  const { namespace, core } = await elsewhere();
  await cluster.post(`${core}/serviceaccounts`, { metadata: { name: 'limited' } });
  const { body } = await cluster.post(`${core}/serviceaccounts/limited/token`, { spec: {} });
  const config = parse(readFileSync(cluster.access.kubeconfig, 'utf8'));
  for (const one of config.users) one.user = { token: body.status.token };
  const kubeconfig = join(mkdtempSync(join(tmpdir(), 'tars-console-rights-')), 'config');
  writeFileSync(kubeconfig, stringify(config), { mode: 0o600 });
  const limited = await connect({ kubeconfig, namespace, sandbox: false });
  const { status, about } = await check(limited);
  expect(status).toBe('not-met');
  const found = about('You may create and change');
  expect(found.level).toBe('fatal');
  expect(found.evidence?.join('\n')).toMatch(
    new RegExp(`create deployments\\.apps in ${namespace}: for .+ \\(tars/deploy\\)`),
  );
  expect(about('You may also remove it again')).toMatchObject({ level: 'warning' });
  limited.close();
});
