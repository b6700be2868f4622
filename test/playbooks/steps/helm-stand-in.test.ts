import { afterEach, expect, test, vi } from 'vitest';
import type { StepKind } from '../../../src/playbooks/step-kind.ts';
import { stepKinds } from '../../../src/playbooks/steps/registry.ts';
import { openBench, type StepBench } from './context.ts';

let bench: StepBench | undefined;
afterEach(async () => bench?.close());

const helm = stepKinds.find(({ name }) => name === 'helm') as StepKind;
const searching = `
apiVersion: v1
kind: ConfigMap
metadata: { name: search, namespace: shop }
data: { level: low }
---
apiVersion: v1
kind: Service
metadata: { name: search, namespace: shop }
spec: { ports: [{ port: 9200 }] }
`;
const config = {
  helm: {
    release: 'search',
    chart: 'search',
    repo: 'https://charts.example.com',
    version: '1.2.3',
    namespace: 'shop',
    'create-namespace': true,
    'stand-in': {
      manifests: 'search.yaml',
      set: [
        { select: 'ConfigMap/search', path: 'data.level', value: '$' + '{{ inputs.level }}' },
        { select: 'Service/search', path: 'spec.ports[0].port', value: 1, when: 'inputs.level == "low"' },
      ],
    },
  },
};
const opened = async () => {
  bench = await openBench({ files: { 'search.yaml': searching }, scope: { inputs: { level: 'high' } } });
  return bench;
};

/** What the garbage collector does with what is deleted in the foreground; there is none beside this API server. */
async function withoutFinalizers(path: string, { send }: StepBench['api']) {
  await vi.waitFor(async () =>
    expect((await send('GET', path)).json.metadata.finalizers).toEqual(['foregroundDeletion']),
  );
  const headers = { 'content-type': 'application/merge-patch+json' };
  await send('PATCH', path, { body: '{"metadata":{"finalizers":null}}', headers });
}

test('on the sandbox manifests stand in for a chart from elsewhere: changed, labelled, said to be so, and found again', async () => {
  const { context, api, said } = await opened();
  const plan = await helm.plan?.(config, context);
  expect(plan?.summary).toMatch(
    /^a stand-in for the chart search 1\.2\.3 from https:\/\/charts\.example\.com \(the sandbox/,
  );
  expect(plan?.changes.map(({ object, action }) => `${object} ${action}`)).toEqual([
    'Namespace/shop create',
    'ConfigMap/search create',
    'Service/search create',
  ]);
  const { summary, outputs } = await helm.run(config, context);
  expect(summary).toMatch(/^a stand-in for the chart search 1\.2\.3 .*: 3 objects: 3 created$/);
  expect(outputs).toMatchObject({ release: 'search', namespace: 'shop', changed: true });
  expect(said[0]).toMatch(/^Rehearsal: manifests stand in for the chart search/);
  const { json } = await api.send('GET', '/api/v1/namespaces/shop/configmaps/search');
  expect(json).toMatchObject({ data: { level: 'high' }, metadata: { labels: { 'tars-console/stand-in': 'helm' } } });
  expect(json.metadata.annotations['tars-console/stands-in-for']).toContain('the chart search 1.2.3');
  expect((await helm.run(config, context)).outputs).toMatchObject({ changed: false });
  expect(await helm.probe?.(config, context)).toMatchObject({ done: true });
});

test('to uninstall takes away what stands in, and nothing of the same name that does not', async () => {
  const { context, api } = await opened();
  await helm.run(config, context);
  const path = '/api/v1/namespaces/shop/services/search';
  await api.client.remove(path);
  await api.client.create('/api/v1/namespaces/shop/services', {
    metadata: { name: 'search' },
    spec: { ports: [{ port: 80 }] },
  });
  const uninstall = { helm: { ...config.helm, uninstall: true } };
  expect((await helm.plan?.(uninstall, context))?.changes).toMatchObject([
    { object: 'ConfigMap/search', action: 'delete' },
  ]);
  const gone = helm.run(uninstall, context);
  await withoutFinalizers('/api/v1/namespaces/shop/configmaps/search', api);
  expect((await gone).summary).toBe('the stand-in for search is gone: 1 object deleted');
  expect((await api.send('GET', '/api/v1/namespaces/shop/configmaps/search')).status).toBe(404);
  expect((await api.send('GET', path)).status).toBe(200);
  expect(await helm.run(uninstall, context)).toMatchObject({
    status: 'skipped',
    summary: 'nothing stands in for search',
  });
});
