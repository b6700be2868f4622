import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Connection } from '../../../src/cluster/connection.ts';
import { listObjects } from '../../../src/cluster/objects.ts';
import type { KubernetesObject } from '../../../src/kubernetes/object.ts';
import { nameOf } from '../../../src/kubernetes/object.ts';
import { fieldChanges } from '../../../src/playbooks/preview/field-changes.ts';
import { planSummary } from '../../../src/playbooks/preview/plan-summary.ts';
import type { PreviewedPlan } from '../../../src/playbooks/preview/previewed-plan.ts';
import type { RunRecord } from '../../../src/playbooks/runs/events.ts';
import type { FieldChange } from '../../../src/playbooks/step-preview.ts';
import { deployedKinds } from '../../support/deployed-kinds.ts';
import { openCluster } from '../support/cluster.ts';
import { openPlaybook } from '../support/run-playbook.ts';
import { connectTo } from '../support/steps.ts';

const cluster = await openCluster({ speed: 25 });
const namespace = `suite-plan-${process.pid}-${Date.now().toString(36)}`;
let connection: Connection;
beforeAll(async () => {
  connection = await connectTo(cluster, namespace);
});
afterAll(async () => {
  await cluster.remove(`/api/v1/namespaces/${namespace}`);
  connection.close();
  await cluster.close();
});

type Objects = Map<string, KubernetesObject>;

/** What a cluster puts there by itself; the second is a key that a cert-manager of another test makes for our Certificate. */
const ofControllers = ({ metadata }: KubernetesObject) =>
  metadata.name === 'kube-root-ca.crt' || metadata.labels?.['cert-manager.io/next-private-key'] === 'true';

/** Everything that somebody could have applied in the namespace, and the namespace itself. */
async function snapshot(): Promise<Objects> {
  const found: Objects = new Map();
  for (const [apiVersion, kind] of deployedKinds)
    for (const object of await listObjects(connection, { apiVersion, kind, namespace }))
      if (!ofControllers(object)) found.set(nameOf(object), object);
  const spaces = { apiVersion: 'v1', kind: 'Namespace', fieldSelector: `metadata.name=${namespace}` };
  for (const object of await listObjects(connection, spaces)) found.set(nameOf(object), object);
  return found;
}

/** What controllers write for themselves, whatever a person wants. */
const controllersOwn = /deployment\.kubernetes\.io\/revision|volume|finalizers|pv\.kubernetes/;

function happened(before: Objects, after: Objects): Record<string, { action: string; fields?: FieldChange[] }> {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return Object.fromEntries(
    names.flatMap((name) => {
      const [old, now] = [before.get(name), after.get(name)];
      if (!old || !now) return [[name, { action: old ? 'delete' : 'create' }]];
      const fields = fieldChanges(old, now).filter(({ path }) => !controllersOwn.test(path));
      return fields.length > 0 ? [[name, { action: 'update', fields }]] : [];
    }),
  );
}

/** What a plan says, object by object: the first step that touches one says what becomes of it. */
function said({ steps }: PreviewedPlan): Record<string, { action: string; fields?: FieldChange[] }> {
  const told = new Map<string, { action: string; fields?: FieldChange[] }>();
  for (const { object, action, fields } of steps.flatMap(({ preview }) => preview?.changes ?? []))
    if (!told.has(object)) told.set(object, action === 'update' ? { action, fields: fields ?? [] } : { action });
  return Object.fromEntries([...told].filter(([, { action }]) => action !== 'unchanged').sort());
}

const failures = (records: RunRecord[]) =>
  records.flatMap((record) => (record.type === 'step-result' && record.problem ? [[record.step, record.problem]] : []));

async function planThenRun(ref: string, inputs: Record<string, string>) {
  const playbook = await openPlaybook(connection, ref, inputs);
  const before = await snapshot();
  const startedAt = performance.now();
  const plan = await playbook.plan();
  const planMs = performance.now() - startedAt;
  expect([...(await snapshot()).keys()]).toEqual([...before.keys()]);
  const { status, records, ms } = await playbook.run(plan);
  expect({ status, failures: failures(records) }).toEqual({ status: 'done', failures: [] });
  return { plan, planMs, records, ms, happened: happened(before, await snapshot()) };
}

const secrets = {
  jwtSecret: 'a-signing-key-that-is-longer-than-32-bytes',
  postgresPassword: 'p4ssw0rd-of-the-database',
};
const deployed = { loadTest: 'false', throughIngress: 'false', ...secrets };

it('a deployment from nothing makes what its plan said, object by object', async () => {
  const { plan, happened } = await planThenRun('tars/full-deployment', deployed);
  expect(plan.missing).toEqual([]);
  expect(JSON.stringify(plan)).not.toContain(secrets.postgresPassword);
  expect(Object.keys(happened).length).toBeGreaterThan(15);
  expect(happened).toEqual(said(plan));
});

it('run again it changes nothing, says so before and after, and takes less than five seconds', async () => {
  const { plan, planMs, happened, records, ms } = await planThenRun('tars/deploy', {});
  expect(planSummary(plan)).toMatch(/^\d+ unchanged$/);
  expect(happened).toEqual({});
  const summaries = records.flatMap((record) => (record.type === 'step-result' ? (record.summary ?? '') : []));
  expect(summaries.join('\n')).not.toMatch(/created|updated|deleted/);
  // A machine that is busy with something else is as slow with the plan, which asks the same of every object once.
  expect(ms).toBeLessThan(Math.max(5000, 3 * planMs));
});

it('another tag changes one field of one object, as the plan said', async () => {
  const { plan, happened } = await planThenRun('tars/deploy', { tag: '0.3.1' });
  expect(planSummary(plan)).toMatch(/^1 update, \d+ unchanged$/);
  expect(happened).toEqual({
    'Deployment/tars-backend': {
      action: 'update',
      fields: [
        {
          path: 'spec.template.spec.containers[name=backend].image',
          before: 'docker.io/tars/tars-backend:0.3.0-alpha',
          after: 'docker.io/tars/tars-backend:0.3.1',
        },
      ],
    },
  });
  expect(happened).toEqual(said(plan));
});

it('what somebody changes between the plan and the run is asked about before it is overwritten', async () => {
  const playbook = await openPlaybook(connection, 'tars/deploy', { tag: '0.3.1' });
  const plan = await playbook.plan();
  const path = `/api/v1/namespaces/${namespace}/services/postgres-service`;
  const { selector } = (await cluster.get(path)).body.spec;
  await cluster.patch(path, { spec: { selector: { app: 'changed-by-hand' } } }, 'merge-patch+json');
  const { status, records } = await playbook.run(plan);
  expect(status).toBe('failed');
  const asked = JSON.stringify(failures(records));
  expect(asked).toContain(`Service/postgres-service in ${namespace}`);
  expect((await cluster.get(path)).body.spec.selector).toEqual({ app: 'changed-by-hand' });
  await cluster.patch(path, { spec: { selector } }, 'merge-patch+json');
});

it('the clean-up takes away what its plan said, the data too, by name', async () => {
  const inputs = { deleteVolumes: 'true', confirmName: namespace };
  const { plan, happened } = await planThenRun('tars/clean-up', inputs);
  const lost = plan.steps.flatMap(({ preview }) => preview?.changes ?? []).flatMap(({ data }) => data ?? []);
  expect(lost).toContain('what is on the volume of postgres-pvc');
  expect(happened).toEqual(said(plan));
  expect(Object.values(happened).every(({ action }) => action === 'delete')).toBe(true);
});
