import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Problem } from '../../../../src/base/errors.ts';
import { packageRoot } from '../../../../src/base/package-root.ts';
import type { Connection } from '../../../../src/cluster/connection.ts';
import { certManagerHookMs, removeCertManager, takeCertManagerTurn } from '../../support/cert-manager.ts';
import { type ClusterUnderTest, openCluster } from '../../support/cluster.ts';
import { compiledProgram } from '../../support/helm.ts';
import { endsOf, openPlaybook } from '../../support/run-playbook.ts';
import { connectTo } from '../../support/steps.ts';

const helm = compiledProgram('helm');
let cluster: ClusterUnderTest;
let connection: Connection;
let giveBack: () => Promise<void>;

beforeAll(async () => {
  cluster = await openCluster();
  connection = await connectTo(cluster, 'default');
  giveBack = await takeCertManagerTurn(cluster);
  await removeCertManager(cluster);
}, certManagerHookMs);

afterAll(async () => {
  delete process.env.TARS_CONSOLE_HELM;
  await removeCertManager(cluster);
  await giveBack();
  connection.close();
  await cluster.close();
});

/** As on the embedded cluster, where charts are rehearsed, and as on any other. */
const rehearsing = (): Connection => ({ ...connection, info: { ...connection.info, sandbox: true } });
const installing = (): Connection => ({ ...connection, info: { ...connection.info, sandbox: false } });

async function run(inputs: Record<string, string>, on = installing()) {
  const playbook = await openPlaybook(on, 'cluster/components', inputs);
  return playbook.run(await playbook.plan());
}
type Ended = Awaited<ReturnType<typeof run>>;

const findingsOf = ({ records }: Ended) =>
  records.flatMap((record) => (record.type === 'step-result' ? (record.findings ?? []) : []));
const observed = (ended: Ended, title: string) => findingsOf(ended).find((one) => one.title === title)?.observed;

/** A chart by the name of cert-manager’s that brings the stand-in, in a folder of charts. */
function chartFolder(kubeVersion: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'tars-console-charts-'));
  const chart = join(folder, 'cert-manager');
  mkdirSync(join(chart, 'templates'), { recursive: true });
  const about = { apiVersion: 'v2', name: 'cert-manager', version: 'v1.21.0', appVersion: 'v1.21.0', kubeVersion };
  writeFileSync(join(chart, 'Chart.yaml'), JSON.stringify(about));
  const manifest = (name: string) =>
    readFileSync(join(packageRoot(), 'playbooks', 'cluster', 'manifests', name), 'utf8');
  const definitions = manifest('cert-manager-definitions.yaml').replace(/^[\s\S]*?kind: Namespace[\s\S]*?---\n/, '');
  writeFileSync(
    join(chart, 'templates', 'definitions.yaml'),
    `{{ if .Values.crds.enabled }}\n${definitions}\n{{ end }}\n`,
  );
  const image = '{{ .Values.image.repository }}:{{ .Chart.AppVersion }}';
  const controller = manifest('cert-manager-stand-in.yaml').replace(
    /quay\.io\/jetstack\/cert-manager-controller:\S+/,
    image,
  );
  writeFileSync(join(chart, 'templates', 'controller.yaml'), controller);
  execFileSync(helm ?? '', ['package', chart, '--destination', folder]);
  return folder;
}

test('ingress controller and metrics-server that are there are left alone, with the reason', async () => {
  for (const component of ['ingress-controller', 'metrics-server']) {
    const ended = await run({ component });
    expect(ended.status).toBe('done');
    const ends = endsOf(ended.records);
    expect([ends['ingress-nginx'], ends.traefik, ends['metrics-server']]).toEqual(['skipped', 'skipped', 'skipped']);
    if (component === 'metrics-server') {
      expect(observed(ended, 'metrics-server is there')).toMatch(/^served by kube-system\/.*; left alone$/);
      expect(observed(ended, 'The metrics API answers with figures of the nodes')).toMatch(/^\d nodes$/);
    } else {
      expect(observed(ended, 'An ingress controller is there')).toMatch(/^class nginx .*; left alone$/);
    }
  }
});

test('without helm nothing is installed, and the line that installs helm is named', async () => {
  const { PATH } = process.env;
  process.env.PATH = mkdtempSync(join(tmpdir(), 'tars-console-empty-'));
  const ended = await run({ component: 'cert-manager' }).then(
    (end) => JSON.stringify(findingsOf(end)),
    (error: Problem) => JSON.stringify([error.message, error.next]),
  );
  process.env.PATH = PATH;
  expect(ended).toMatch(/helm/i);
  expect(ended).toMatch(/get\.helm\.sh|helm\.sh|brew install helm/);
  expect((await cluster.get('/apis/cert-manager.io/v1')).status).toBe(404);
});

test('on the sandbox cert-manager is rehearsed by a labelled stand-in that works, once', async () => {
  const first = await run({ component: 'cert-manager' }, rehearsing());
  expect(first.status).toBe('done');
  expect(observed(first, 'A certificate is accepted')).toBe('it would');
  const path = '/apis/apps/v1/namespaces/cert-manager/deployments/cert-manager';
  const { body } = await cluster.get(path);
  expect(body.metadata.labels['tars-console/stand-in']).toBe('cert-manager');
  const second = await run({ component: 'cert-manager' }, rehearsing());
  expect(observed(second, 'cert-manager is there')).toBe('cert-manager/cert-manager v1.21.0; left alone');
  expect(endsOf(second.records)['cert-manager-stand-in']).toBe('skipped');
  expect((await cluster.get(path)).body.metadata.resourceVersion).toBeDefined();
  await removeCertManager(cluster);
});

describe.skipIf(!helm)('with the helm that `npm run test:cluster` compiles', () => {
  beforeAll(() => {
    if (helm) process.env.TARS_CONSOLE_HELM = helm;
  });

  test('a chart that does not support this Kubernetes is refused before anything is changed', async () => {
    const charts = chartFolder('< 1.20.0-0');
    const ended = await run({ component: 'cert-manager', charts }).then(
      ({ status, records }) => `${status} ${JSON.stringify(records)}`,
      (error: Error & { evidence?: string[] }) => `${error.message} ${error.evidence?.join(' ')}`,
    );
    expect(ended).toMatch(/kubeVersion: < 1\.20\.0-0/);
    expect((await cluster.get('/apis/cert-manager.io/v1')).status).toBe(404);
  });

  test('cert-manager is installed from a folder of charts and a registry of one’s own, proved, and not touched again', async () => {
    const charts = chartFolder('>= 1.22.0-0');
    const inputs = { component: 'cert-manager', charts, imageRegistry: 'registry.example.com/mirror' };
    const first = await run(inputs);
    expect(first.status).toBe('done');
    expect(observed(first, 'A certificate is accepted')).toBe('it would');
    const { body } = await cluster.get('/apis/apps/v1/namespaces/cert-manager/deployments/cert-manager');
    expect(body.spec.template.spec.containers[0].image).toBe(
      'registry.example.com/mirror/jetstack/cert-manager-controller:v1.21.0',
    );
    const second = await run(inputs);
    expect(observed(second, 'cert-manager is there')).toMatch(/by Helm; left alone$/);
    expect(endsOf(second.records)['cert-manager']).toBe('skipped');
  });
});
