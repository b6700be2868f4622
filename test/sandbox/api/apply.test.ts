import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../../src/kubernetes/object.ts';
import { startTestApiServer, type TestApiServer } from '../../support/sandbox.ts';
import { appsInDefault, configMap, deployment, inDefault } from './objects.ts';

let api: TestApiServer;
let at = 0;
let name = '';
beforeAll(async () => {
  api = await startTestApiServer();
});
afterAll(() => api.close());
beforeEach(() => {
  at += 1;
  name = `applied-${at}`;
});

const maps = `${inDefault}/configmaps`;

function applyMap(data: Record<string, string>, fieldManager: string, force?: boolean): Promise<KubernetesObject> {
  return api.client.patch(`${maps}/${name}`, configMap(name, data), 'apply', { fieldManager, force });
}

function applyDeployment(object: unknown, fieldManager = 'tars-console', force?: boolean): Promise<KubernetesObject> {
  return api.client.patch(`${appsInDefault}/deployments/${name}`, object, 'apply', { fieldManager, force });
}

describe('server-side apply', () => {
  test('creates what is not there and owns what it said, not the defaults', async () => {
    const made = await applyDeployment(deployment(name));
    expect(made.metadata.managedFields).toEqual([
      expect.objectContaining({ manager: 'tars-console', operation: 'Apply', apiVersion: 'apps/v1' }),
    ]);
    const [entry] = made.metadata.managedFields as { fieldsV1: Record<string, Record<string, unknown>> }[];
    expect(entry?.fieldsV1['f:spec']).toHaveProperty('f:replicas');
    expect(entry?.fieldsV1['f:spec']).not.toHaveProperty('f:strategy');
  });

  test('a second time changes nothing at all', async () => {
    const first = await applyDeployment(deployment(name));
    expect(await applyDeployment(deployment(name))).toEqual(first);
  });

  test('what a manager does not say any more goes, if nobody else has it', async () => {
    await applyMap({ a: '1', b: '2', c: '3' }, 'one');
    await applyMap({ b: '2' }, 'two');
    expect((await applyMap({ c: '3' }, 'one')).data).toEqual({ b: '2', c: '3' });
  });

  test('another value of what somebody owns is a conflict that names him', async () => {
    await applyDeployment(deployment(name, 2), 'one');
    await expect(applyDeployment(deployment(name, 5), 'two')).rejects.toMatchObject({
      status: 409,
      reason: 'Conflict',
      message: 'Apply failed with 1 conflict: conflict with "one": .spec.replicas',
    });
    const body = JSON.stringify(deployment(name, 5));
    const headers = { 'content-type': 'application/apply-patch+yaml' };
    const path = `${appsInDefault}/deployments/${name}?fieldManager=two`;
    const answer = await api.send('PATCH', path, { body, headers });
    expect(answer.json.details.causes).toEqual([
      { reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.spec.replicas' },
    ]);
  });

  test('force takes it, and the first one loses it', async () => {
    await applyDeployment(deployment(name, 2), 'one');
    expect((await applyDeployment(deployment(name, 5), 'two', true)).spec).toMatchObject({ replicas: 5 });
    await expect(applyDeployment(deployment(name, 2), 'one')).rejects.toMatchObject({ status: 409 });
  });

  test('the same value is shared, and stays when one of the two leaves', async () => {
    await applyMap({ a: '1' }, 'one');
    await applyMap({ a: '1', b: '2' }, 'two');
    expect((await applyMap({}, 'one')).data).toEqual({ a: '1', b: '2' });
  });

  test('a plain write takes its fields over: scaling conflicts with the next apply', async () => {
    await applyDeployment(deployment(name, 2), 'one');
    await api.client.patch(`${appsInDefault}/deployments/${name}/scale`, { spec: { replicas: 4 } }, 'merge');
    await expect(applyDeployment(deployment(name, 2), 'one')).rejects.toMatchObject({
      message: expect.stringMatching(/conflict with "test" with subresource "scale" using apps\/v1: \.spec\.replicas/),
    });
    const { spec, ...rest } = deployment(name);
    const { replicas: _, ...withoutReplicas } = spec;
    expect((await applyDeployment({ ...rest, spec: withoutReplicas }, 'one')).spec).toMatchObject({ replicas: 4 });
  });

  test('containers are merged by name: each manager keeps its own', async () => {
    const withContainer = (container: string) => {
      const object = deployment(name);
      object.spec.template.spec.containers = [{ name: container, image: 'nginx:1.29' }];
      return object;
    };
    await applyDeployment(withContainer('web'), 'one');
    const both = await applyDeployment(withContainer('sidecar'), 'two');
    const names = (object: KubernetesObject) =>
      (object.spec as { template: { spec: { containers: { name: string }[] } } }).template.spec.containers.map(
        (container) => container.name,
      );
    expect(names(both).sort()).toEqual(['sidecar', 'web']);
    expect(names(await applyDeployment(withContainer('other'), 'two')).sort()).toEqual(['other', 'web']);
  });

  test('YAML is applied as well', async () => {
    const body = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  a: "1"\n`;
    const headers = { 'content-type': 'application/apply-patch+yaml' };
    const answer = await api.send('PATCH', `${maps}/${name}?fieldManager=x`, { body, headers });
    expect(answer).toMatchObject({ status: 201, json: { data: { a: '1' } } });
  });

  test('needs a manager’s name', async () => {
    await expect(api.client.patch(`${maps}/${name}`, configMap(name), 'apply')).rejects.toMatchObject({ status: 422 });
  });

  test('dryRun=All says what it would do and does not', async () => {
    const query = { fieldManager: 'x', dryRun: 'All' };
    const made = await api.client.patch(`${maps}/${name}`, configMap(name, { a: '1' }), 'apply', query);
    expect(made.data).toEqual({ a: '1' });
    await expect(api.client.get(`${maps}/${name}`)).rejects.toMatchObject({ status: 404 });
  });
});
