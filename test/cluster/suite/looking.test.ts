import { afterAll, expect, it } from 'vitest';
import { createServices } from '../../../src/cli/console-services.ts';
import { loadRun } from '../../../src/cli/run-loading.ts';
import { previewPlan } from '../../../src/cli/run-plan.ts';
import { statusCommand } from '../../../src/cli/status.ts';
import { openCluster } from '../support/cluster.ts';
import { connectTo } from '../support/steps.ts';

const cluster = await openCluster();
afterAll(() => cluster.close());

const kinds = ['configmaps', 'secrets', 'services', 'serviceaccounts', 'events', 'pods'];

/** Everything in the namespace, and which namespaces there are: name and resourceVersion of each. */
async function everything(namespace: string): Promise<string[]> {
  const paths = [
    ...kinds.map((kind) => `/api/v1/namespaces/${namespace}/${kind}`),
    `/apis/apps/v1/namespaces/${namespace}/deployments`,
    `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`,
    `/apis/coordination.k8s.io/v1/namespaces/tars-console/leases/tars`,
    '/api/v1/namespaces/tars',
  ];
  const bodies = await Promise.all(paths.map(async (path) => (await cluster.get(path)).body));
  type Named = { metadata?: { name?: string; resourceVersion?: string } };
  return bodies.flatMap((body, index) =>
    ((body as { items?: Named[] }).items ?? [body as Named]).map(
      ({ metadata }) => `${paths[index]} ${metadata?.name} ${metadata?.resourceVersion}`,
    ),
  );
}

it('choosing a cluster, its status, details and plans change nothing there', async () => {
  const namespace = await cluster.namespace();
  await cluster.post(`/api/v1/namespaces/${namespace}/configmaps`, {
    ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'tars-config' }, data: { a: 'b' } },
  });
  await cluster.until(`/api/v1/namespaces/${namespace}/configmaps/kube-root-ca.crt`, ({ status }) => status === 200);
  const before = await everything(namespace);
  const { kubeconfig } = cluster.access;
  const services = createServices({ kubeconfig });
  const [system] = (await services.catalog()).systems.filter(({ name }) => name === 'tars');
  if (!system) throw new Error('tars is not there');
  const [context] = await services.contexts();
  await services.probe(context?.name ?? '', new AbortController().signal);
  const choice = { sandbox: false, kubeconfig, context: context?.name, namespace };
  const session = await services.connect(choice, system);
  await services.status(session, system, new AbortController().signal);
  await services.details(session, { kind: 'Pod', name: 'none' }, new AbortController().signal);
  const plan = { playbook: 'tars/full-deployment', inputs: {}, manifests: undefined, cluster: choice };
  expect((await services.plan(plan)).steps.length).toBeGreaterThan(5);
  session.close();
  const loaded = loadRun({ playbook: 'tars/deploy', workspace: '/', manifests: 'bundled' });
  const previewed = await previewPlan(loaded, { values: {}, secrets: {} }, choice, {});
  expect(previewed.steps.length).toBeGreaterThan(3);
  await statusCommand(['tars'], { namespace }, { connect: () => connectTo(cluster, namespace) });
  expect(await everything(namespace)).toEqual(before);
});
