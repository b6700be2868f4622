import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { valuesAt } from '../../../src/sandbox/api/tables/custom.ts';
import { startTestApiServer, type TestApiServer } from '../../support/sandbox.ts';
import { appsInDefault, deployment, inDefault, pod } from './objects.ts';

let api: TestApiServer;
beforeAll(async () => {
  api = await startTestApiServer();
});
afterAll(() => api.close());

const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

async function table(path: string) {
  const { json } = await api.send('GET', path, { headers: { accept } });
  const names: string[] = json.columnDefinitions.map((column: { name: string }) => column.name);
  const rows = json.rows.map((row: { cells: unknown[] }) =>
    Object.fromEntries(row.cells.map((cell, at) => [names[at] ?? '', cell])),
  );
  return { json, names, rows };
}

describe('a Table', () => {
  test('of pods has kubectl’s columns, the wide ones behind', async () => {
    await api.client.create(`${inDefault}/pods`, pod('p', { nodeName: 'node-1' }));
    const { names, rows, json } = await table(`${inDefault}/pods?includeObject=None`);
    expect(names.slice(0, 5)).toEqual(['Name', 'Ready', 'Status', 'Restarts', 'Age']);
    expect(rows[0]).toMatchObject({ Name: 'p', Ready: '0/1', Status: 'Pending', Restarts: '0', Node: 'node-1' });
    expect(json.rows[0].object).toBeNull();
    expect(json.metadata.resourceVersion).toMatch(/^\d+$/);
  });

  test('holds metadata or the whole object as asked', async () => {
    await api.client.create(`${appsInDefault}/deployments`, deployment('d', 3));
    const metadata = await table(`${appsInDefault}/deployments`);
    expect(metadata.json.rows[0].object).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'd' } });
    expect(metadata.json.rows[0].object.spec).toBeUndefined();
    const whole = await table(`${appsInDefault}/deployments?includeObject=Object`);
    expect(whole.json.rows[0].object).toMatchObject({ kind: 'Deployment', spec: { replicas: 3 } });
    expect(whole.rows[0]).toMatchObject({ Ready: '0/3', Containers: 'web', Images: 'nginx:1.29', Selector: 'app=d' });
  });

  test('of an autoscaler says its target, unknown until it is measured', async () => {
    const path = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers';
    const target = { type: 'Utilization', averageUtilization: 70 };
    await api.client.create(path, {
      metadata: { name: 'h' },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' },
        minReplicas: 3,
        maxReplicas: 10,
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
      },
    });
    expect((await table(path)).rows[0]).toMatchObject({ Reference: 'Deployment/d', Targets: 'cpu: <unknown>/70%' });
    const current = { name: 'cpu', current: { averageUtilization: 83, averageValue: '415m' } };
    const status = {
      currentReplicas: 3,
      desiredReplicas: 4,
      currentMetrics: [{ type: 'Resource', resource: current }],
    };
    await api.client.patch(`${path}/h/status`, { status }, 'merge');
    expect((await table(path)).rows[0]).toMatchObject({ Targets: 'cpu: 83%/70%', MinPods: '3', MaxPods: 10 });
    const first = await api.client.get('/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers/h');
    expect(first).toMatchObject({ apiVersion: 'autoscaling/v1', spec: { targetCPUUtilizationPercentage: 70 } });
  });

  test('of a custom resource has the columns of its definition', async () => {
    await api.client.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      metadata: { name: 'boats.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'boats', kind: 'Boat', shortNames: ['bt'] },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            subresources: { status: {}, scale: { specReplicasPath: '.spec.oars', statusReplicasPath: '.status.oars' } },
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: {
                  spec: { type: 'object', properties: { oars: { type: 'integer', default: 2 } } },
                  status: { type: 'object', properties: { oars: { type: 'integer' } } },
                },
              },
            },
            additionalPrinterColumns: [{ name: 'Oars', type: 'integer', jsonPath: '.spec.oars' }],
          },
        ],
      },
    });
    const path = '/apis/example.com/v1/namespaces/default/boats';
    const made = await api.client.create(path, { metadata: { name: 'b' }, spec: {}, status: { oars: 9 } });
    expect(made).toMatchObject({ kind: 'Boat', spec: { oars: 2 } });
    expect(made.status).toBeUndefined();
    const { names, rows } = await table(path);
    expect(names).toEqual(['Name', 'Oars']);
    expect(rows[0]).toMatchObject({ Oars: 2 });
    await api.client.patch(`${path}/b/scale`, { spec: { replicas: 6 } }, 'merge');
    expect(await api.client.get(`${path}/b`)).toMatchObject({ spec: { oars: 6 }, metadata: { generation: 2 } });
    await api.client.remove('/apis/apiextensions.k8s.io/v1/customresourcedefinitions/boats.example.com');
    await expect(api.client.get(path)).rejects.toMatchObject({ status: 404 });
  });
});

test.each([
  ['.a.b', { a: { b: 1 } }, [1]],
  ['.a[1]', { a: [1, 2] }, [2]],
  ['.a[*].b', { a: [{ b: 1 }, { b: 2 }] }, [1, 2]],
  [
    '.c[?(@.type=="Ready")].status',
    {
      c: [
        { type: 'Other', status: 'x' },
        { type: 'Ready', status: 'y' },
      ],
    },
    ['y'],
  ],
  [".m['a.b']", { m: { 'a.b': 3 } }, [3]],
  ['.nothing.here', {}, []],
])('the column path %s reads %j', (path, object, values) => {
  expect(valuesAt(object, path)).toEqual(values);
});
