import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { endsOf, openPlaybook } from '../../support/run-playbook.ts';
import { connectTo, openStepCluster } from '../../support/steps.ts';

const { cluster, connection } = await openStepCluster();
const { namespace } = connection.info;
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const workspace = mkdtempSync(join(tmpdir(), 'tars-console-monitoring-'));
const kinds = [
  ['ServiceMonitor', 'servicemonitors'],
  ['Prometheus', 'prometheuses'],
] as const;
afterAll(async () => {
  for (const [, plural] of kinds) await cluster.remove(`${definitions}/${plural}.monitoring.coreos.com`);
});

/** Kinds of the Prometheus operator, without the operator: any fields below `spec`. */
async function defineKinds(): Promise<void> {
  const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec: open } } };
  for (const [kind, plural] of kinds) {
    const versions = [{ name: 'v1', served: true, storage: true, schema }];
    const names = { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` };
    const spec = { group: 'monitoring.coreos.com', names, scope: 'Namespaced', versions };
    const metadata = { name: `${plural}.monitoring.coreos.com` };
    await cluster.post(definitions, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata,
      spec,
    });
    await cluster.until(
      `/apis/monitoring.coreos.com/v1/namespaces/${namespace}/${plural}`,
      ({ status }) => status === 200,
    );
  }
}

async function run(ref: string, inputs: Record<string, string> = {}) {
  const fresh = await connectTo(cluster, namespace);
  try {
    const playbook = await openPlaybook(fresh, ref, inputs, workspace);
    const { status, records } = await playbook.run(await playbook.plan());
    return { status, ends: endsOf(records), told: JSON.stringify(records) };
  } finally {
    fresh.close();
  }
}

it('Scrape configuration: lines to paste where there is no operator, sound ones, and written once', async () => {
  const first = await run('tars/scrape', { way: 'file' });
  expect(first).toMatchObject({ status: 'done', ends: { 'service-monitor': 'skipped', file: 'done' } });
  const { scrape_configs: jobs } = parse(readFileSync(join(workspace, 'tars-scrape.yaml'), 'utf8'));
  expect(jobs[0].kubernetes_sd_configs).toEqual([{ role: 'pod', namespaces: { names: [namespace] } }]);
  const rules = jobs[0].relabel_configs as {
    source_labels: string[];
    action?: string;
    regex?: string;
    replacement?: string;
    target_label?: string;
  }[];
  expect(rules.filter(({ action }) => action === 'keep').map(({ regex }) => regex)).toEqual(['tars-backend', 'true']);
  const port = rules.find(({ target_label }) => target_label === '__address__');
  const address = (from: string) => from.replace(new RegExp(`^(?:${port?.regex})$`), port?.replacement ?? '');
  expect(['10.0.0.7:80;8000', '10.0.0.7;8000', '[fd00::7]:80;8000'].map(address)).toEqual([
    ...['10.0.0.7:8000', '10.0.0.7:8000'],
    '[fd00::7]:8000',
  ]);
  expect((await run('tars/scrape', { way: 'file' })).ends).toMatchObject({ file: 'skipped' });
});

it('Scrape configuration: a ServiceMonitor where the operator is there, with the labels that its Prometheus looks for', async () => {
  await defineKinds();
  const prometheuses = `/apis/monitoring.coreos.com/v1/namespaces/${namespace}/prometheuses`;
  const spec = { serviceMonitorSelector: { matchLabels: { release: 'kube-prometheus' } } };
  const made = { apiVersion: 'monitoring.coreos.com/v1', kind: 'Prometheus', metadata: { name: 'main' }, spec };
  await cluster.post(prometheuses, made);
  const first = await run('tars/scrape');
  expect(first).toMatchObject({ status: 'done', ends: { 'service-monitor': 'done', file: 'skipped' } });
  const path = `/apis/monitoring.coreos.com/v1/namespaces/${namespace}/servicemonitors/tars-backend`;
  const { body } = await cluster.get(path);
  expect(body.metadata.labels).toMatchObject({ release: 'kube-prometheus', app: 'tars-backend' });
  expect(body.spec).toEqual({
    selector: { matchLabels: { app: 'tars-backend' } },
    endpoints: [{ port: 'http', path: '/metrics', interval: '30s' }],
  });
  expect((await run('tars/scrape')).status).toBe('done');
  expect((await cluster.get(path)).body.metadata.resourceVersion).toBe(body.metadata.resourceVersion);
});

it('Grafana dashboard: a file to import, or a ConfigMap with the label that the sidecar looks for', async () => {
  expect(await run('tars/dashboard')).toMatchObject({ status: 'done', ends: { file: 'done', configmap: 'skipped' } });
  const file = readFileSync(join(workspace, 'tars-dashboard.json'), 'utf8');
  expect(JSON.parse(file).panels.length).toBeGreaterThan(10);
  const applied = await run('tars/dashboard', { as: 'configmap' });
  expect(applied).toMatchObject({ status: 'done', ends: { file: 'skipped', configmap: 'done' } });
  const { body } = await cluster.get(`/api/v1/namespaces/${namespace}/configmaps/tars-dashboard`);
  expect(body.metadata.labels.grafana_dashboard).toBe('1');
  expect(JSON.parse(body.data['tars.json'])).toEqual(JSON.parse(file));
});
