import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../../../src/cluster/connection.ts';
import { kustomizeStep } from '../../../../src/playbooks/steps/kustomize.ts';
import { openCluster } from '../../support/cluster.ts';
import { compiledProgram } from '../../support/helm.ts';
import { connectTo, stepContext, written } from '../../support/steps.ts';

const kubectl = compiledProgram('kubectl');
const there = kubectl !== undefined || spawnSync('kubectl', ['version', '--client']).status === 0;
const cluster = await openCluster();
let connection: Connection;
let namespace: string;
beforeAll(async () => {
  if (kubectl) process.env.TARS_CONSOLE_KUBECTL = kubectl;
  namespace = await cluster.namespace();
  connection = await connectTo(cluster, namespace);
});
afterAll(async () => {
  delete process.env.TARS_CONSOLE_KUBECTL;
  connection.close();
  await cluster.close();
});

const files = {
  'base/kustomization.yaml': 'resources: [config.yaml]\n',
  'base/config.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { level: info }\n',
  'overlay/kustomization.yaml': `resources: [../base]
namePrefix: live-
patches:
  - patch: |-
      - op: replace
        path: /data/level
        value: warn
    target: { kind: ConfigMap }
`,
};

describe.skipIf(!there)('a Kustomize folder (needs a kubectl)', () => {
  it('is built, previewed, applied with the changes of the step, and undone', async () => {
    const config = written(kustomizeStep, {
      kustomize: 'overlay',
      set: [{ select: 'ConfigMap/live-settings', path: 'data.more', value: 'yes' }],
    });
    const { context } = stepContext(connection, { files });
    expect(await kustomizeStep.plan?.(config, context)).toMatchObject({
      certainty: 'previewed',
      changes: [{ object: 'ConfigMap/live-settings', action: 'create' }],
    });
    const before = await kustomizeStep.before?.(config, context);
    await kustomizeStep.run(config, context);
    const path = `/api/v1/namespaces/${namespace}/configmaps/live-settings`;
    expect((await cluster.get(path)).body).toMatchObject({ data: { level: 'warn', more: 'yes' } });
    expect(await kustomizeStep.probe?.(config, context)).toMatchObject({ done: true });
    await kustomizeStep.undo?.(config, context, before);
    expect((await cluster.get(path)).status).toBe(404);
  });

  it('that cannot be built says why', async () => {
    const { context } = stepContext(connection, {
      files: { 'broken/kustomization.yaml': 'resources: [absent.yaml]\n' },
    });
    const broken = written(kustomizeStep, { kustomize: 'broken' });
    await expect(kustomizeStep.run(broken, context)).rejects.toThrow(/kubectl kustomize ended with 1: .*absent/);
    const none = written(kustomizeStep, { kustomize: 'nowhere' });
    await expect(kustomizeStep.run(none, context)).rejects.toThrow('There is no kustomization.yaml in nowhere');
  });
});
