import { expect, it } from 'vitest';
import { applyStep } from '../../../../src/playbooks/steps/apply.ts';
import { deleteStep } from '../../../../src/playbooks/steps/delete.ts';
import { openStepCluster, stepContext, written } from '../../support/steps.ts';

const { cluster, connection } = await openStepCluster();

const manifests = `
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { level: low }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Mi } } }
---
apiVersion: v1
kind: Secret
metadata: { name: keys }
stringData: { password: p4ssw0rd-of-nobody }
`;

it('a namespace stays with what is to stay in it, named by the step or not', async () => {
  const name = await cluster.namespace();
  const claim = manifests.split('---').find((text) => text.includes('PersistentVolumeClaim')) ?? '';
  const inside = stepContext(connection, {
    files: { 'claim.yaml': claim.replace('name: data', `name: data-db-0, namespace: ${name}`) },
  });
  await applyStep.run(written(applyStep, { apply: 'claim.yaml' }), inside.context);
  const step = stepContext(connection, {
    files: { 'it.yaml': `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${name} }\n` },
  });
  const config = written(deleteStep, { delete: 'it.yaml', keep: ['PersistentVolumeClaim'] });
  expect(await deleteStep.plan?.(config, step.context)).toMatchObject({ changes: [] });
  expect((await deleteStep.run(config, step.context)).outputs).toEqual({
    deleted: [],
    kept: ['PersistentVolumeClaim/data-db-0', `Namespace/${name}`],
  });
  expect((await cluster.get(`/api/v1/namespaces/${name}`)).body.metadata.deletionTimestamp).toBeUndefined();
});

it('what goes is told with the data in it, and what can be made again is, when it is taken back', async () => {
  const step = stepContext(connection, { files: { 'it.yaml': manifests } });
  await applyStep.run(written(applyStep, { apply: 'it.yaml' }), step.context);
  const config = written(deleteStep, { delete: 'it.yaml' });
  const preview = await deleteStep.plan?.(config, step.context);
  const { namespace } = connection.info;
  expect(preview?.changes).toEqual([
    { object: 'Service/web', namespace, action: 'delete' },
    { object: 'PersistentVolumeClaim/data', namespace, action: 'delete', data: ['what is on the volume of data'] },
    { object: 'ConfigMap/settings', namespace, action: 'delete' },
    { object: 'Secret/keys', namespace, action: 'delete', data: ['the values of the Secret keys'] },
  ]);
  const before = JSON.parse(JSON.stringify(await deleteStep.before?.(config, step.context)));
  // The journal holds it: no secret may be in it.
  expect(JSON.stringify(before)).not.toMatch(/p4ssw0rd|cDRzc3cwcmQ/);
  await deleteStep.run(config, step.context);
  expect(await deleteStep.plan?.(config, step.context)).toMatchObject({ changes: [] });
  const undo = await deleteStep.planUndo?.(config, step.context, before);
  expect(undo).toMatchObject({ certainty: 'partly' });
  expect(undo?.changes).toContainEqual(
    expect.objectContaining({ object: 'Secret/keys', action: 'unchanged', note: expect.stringContaining('secret') }),
  );
  for (let time = 0; time < 2; time += 1) await deleteStep.undo?.(config, step.context, before);
  const status = async (path: string) => (await cluster.get(`/api/v1/namespaces/${namespace}/${path}`)).status;
  expect(await status('configmaps/settings')).toBe(200);
  expect(await status('services/web')).toBe(200);
  expect(await status('persistentvolumeclaims/data')).toBe(200);
  expect(await status('secrets/keys')).toBe(404);
  expect(step.said.join('\n')).toContain('cannot be brought back: Secret/keys');
});
