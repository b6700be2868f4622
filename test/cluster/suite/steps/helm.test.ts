import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../../../src/cluster/connection.ts';
import { helmStep } from '../../../../src/playbooks/steps/helm.ts';
import { openCluster } from '../../support/cluster.ts';
import { chartFiles, compiledProgram } from '../../support/helm.ts';
import { connectTo, type StepOptions, stepContext, written } from '../../support/steps.ts';

const helm = compiledProgram('helm');
const cluster = await openCluster();
let connection: Connection;
let namespace: string;
beforeAll(async () => {
  if (helm) process.env.TARS_CONSOLE_HELM = helm;
  namespace = await cluster.namespace();
  connection = await connectTo(cluster, namespace);
});
afterAll(async () => {
  delete process.env.TARS_CONSOLE_HELM;
  connection.close();
  await cluster.close();
});

const prepare = (options: Record<string, unknown>, more: StepOptions = {}) => ({
  config: written(helmStep, { helm: { chart: 'chart', ...options } }),
  ...stepContext(connection, { files: chartFiles('1.0.0'), timeoutMs: 60_000, ...more }),
});
type Prepared = ReturnType<typeof prepare>;
const run = ({ config, context }: Prepared) => helmStep.run(config, context);
const plan = ({ config, context }: Prepared) => helmStep.plan?.(config, context);
const configMap = async (name: string) => {
  const { status, body } = await cluster.get(`/api/v1/namespaces/${namespace}/configmaps/${name}`);
  return status === 200 ? (body as { data: Record<string, string> }).data : undefined;
};

/** Puts the newest revision of a release into a state that a helm leaves behind that was killed. */
async function leavePending(release: string, status: string, revision: number) {
  const name = `sh.helm.release.v1.${release}.v${revision}`;
  const path = `/api/v1/namespaces/${namespace}/secrets/${name}`;
  const { body } = await cluster.get(path);
  const { data } = body as { data: { release: string } };
  const packed = Buffer.from(Buffer.from(data.release, 'base64').toString(), 'base64');
  const content = JSON.parse(gunzipSync(packed).toString());
  content.info.status = status;
  const again = gzipSync(JSON.stringify(content)).toString('base64');
  const patch = { metadata: { labels: { status } }, data: { release: Buffer.from(again).toString('base64') } };
  const answer = await cluster.patch(path, patch, 'merge-patch+json');
  if (answer.status !== 200) throw new Error(answer.text);
}

describe.skipIf(!helm)('a chart (needs the helm that `npm run test:cluster` compiles)', { timeout: 60_000 }, () => {
  it('is previewed object by object, installed, waited for, and not touched again', async () => {
    const step = prepare({ release: 'one', values: { greeting: 'good morning' }, wait: 'ready' });
    const planned = await plan(step);
    expect(planned).toMatchObject({ certainty: 'previewed', summary: 'install: shop from chart, 3 objects' });
    expect(planned?.changes.map(({ object, action }) => `${action} ${object}`).sort()).toEqual([
      'create ConfigMap/one-config',
      'create Deployment/one',
      'create Secret/one-secret',
    ]);
    expect(await configMap('one-config')).toBeUndefined();
    expect(await run(step)).toMatchObject({
      summary: 'one: installed (shop-1.0.0, revision 1), 3 objects',
      outputs: { release: 'one', namespace, revision: 1, chart: 'shop-1.0.0', changed: true },
    });
    expect(await configMap('one-config')).toMatchObject({ greeting: 'good morning' });
    expect(await run(step)).toMatchObject({ summary: 'one: unchanged (shop-1.0.0, revision 1), 3 objects' });
    await cluster.remove(`/api/v1/namespaces/${namespace}/configmaps/one-config`);
    expect((await plan(step))?.changes).toContainEqual(expect.objectContaining({ action: 'create' }));
    expect(await run(step)).toMatchObject({ summary: 'one: upgraded (shop-1.0.0, revision 2), 3 objects' });
    expect(await configMap('one-config')).toBeDefined();
  });

  it('is previewed as going and uninstalled; with its history it comes back', async () => {
    const step = prepare({ release: 'one', uninstall: true, 'keep-history': true });
    expect((await plan(step))?.changes.map(({ action }) => action)).toEqual(['delete', 'delete', 'delete']);
    const before = await helmStep.before?.(step.config, step.context);
    expect(await run(step)).toMatchObject({ summary: 'one (shop-1.0.0) is uninstalled' });
    expect(await configMap('one-config')).toBeUndefined();
    expect(await run(step)).toMatchObject({ status: 'skipped' });
    await helmStep.undo?.(step.config, step.context, before);
    expect(await configMap('one-config')).toBeDefined();
  });

  it('is upgraded by what differs, rolled back, and taken away by undoing the installation', async () => {
    const first = prepare({ release: 'two' });
    const beforeFirst = await helmStep.before?.(first.config, first.context);
    await run(first);
    const next = prepare({ release: 'two', values: { greeting: 'hi', replicas: 2 } });
    expect((await plan(next))?.changes.filter(({ action }) => action !== 'unchanged')).toEqual([
      {
        object: 'ConfigMap/two-config',
        namespace,
        action: 'update',
        fields: [{ path: 'data.greeting', before: 'hello', after: 'hi' }],
      },
      {
        object: 'Deployment/two',
        namespace,
        action: 'update',
        fields: [{ path: 'spec.replicas', before: '1', after: '2' }],
      },
    ]);
    const before = await helmStep.before?.(next.config, next.context);
    expect(before).toEqual({ revision: 1, chart: 'shop-1.0.0' });
    expect(await run(next)).toMatchObject({ outputs: { revision: 2 } });
    expect(await configMap('two-config')).toMatchObject({ greeting: 'hi' });
    await helmStep.undo?.(next.config, next.context, before);
    expect(await configMap('two-config')).toMatchObject({ greeting: 'hello' });
    await helmStep.undo?.(first.config, first.context, beforeFirst);
    expect(await configMap('two-config')).toBeUndefined();
    await helmStep.undo?.(first.config, first.context, beforeFirst);
  });

  it('gets its secrets, and shows them nowhere', async () => {
    const secrets = { databasePassword: 'a-marked-password' };
    const options = { release: 'three', 'secret-values': { password: 'databasePassword' } };
    const step = prepare(options, { secrets });
    const planned = [await plan(step)];
    const result = await run(step);
    const { body } = await cluster.get(`/api/v1/namespaces/${namespace}/secrets/three-secret`);
    const { password } = (body as { data: { password: string } }).data;
    expect(Buffer.from(password, 'base64').toString()).toBe('a-marked-password');
    const other = prepare(options, { secrets: { databasePassword: 'another-marked-one' } });
    planned.push(await plan(other));
    const fields = planned[1]?.changes.flatMap(({ fields }) => fields ?? []);
    expect(fields).toContainEqual({ path: 'data.note', before: 'signed with ••••••', after: 'signed with ••••••' });
    const everything = JSON.stringify([
      planned,
      result,
      step.said,
      await helmStep.equivalent(step.config, step.context),
    ]);
    expect(everything).not.toContain('marked');
  });

  it('with a kind that the cluster does not have yet is previewed by its templates alone', async () => {
    const extra = {
      'chart/templates/backup.yaml': 'apiVersion: example.com/v1\nkind: Backup\nmetadata: { name: nightly }\n',
    };
    const step = prepare({ release: 'five' }, { files: chartFiles('1.0.0', extra) });
    expect(await plan(step)).toMatchObject({ certainty: 'partly', why: 'the cluster has no Backup yet' });
  });

  it('that fails to render says why', async () => {
    const extra = { 'chart/templates/wrong.yaml': '{{ fail "the greeting is missing" }}\n' };
    const step = prepare({ release: 'six' }, { files: chartFiles('1.0.0', extra) });
    await expect(run(step)).rejects.toThrow(/the greeting is missing/);
  });
});

describe.skipIf(!helm)('an operation of helm that was never finished', { timeout: 60_000 }, () => {
  const answer = (value: string): StepOptions => ({ answer: () => ({ kind: 'choice', value }) });
  const third = (release: string, more: StepOptions) => prepare({ release, values: { greeting: 'third' } }, more);

  it('is found with its age, and left as it is, or rolled back before it goes on, as a person says', async () => {
    await run(prepare({ release: 'seven' }));
    await run(prepare({ release: 'seven', values: { greeting: 'second' } }));
    await leavePending('seven', 'pending-upgrade', 2);
    const step = third('seven', answer('rollback'));
    expect(await plan(step)).toMatchObject({
      certainty: 'partly',
      why: expect.stringMatching(
        /^The release seven has been in pending-upgrade for \d+s \(revision 2\); that is asked/,
      ),
    });
    await expect(run(third('seven', answer('stop')))).rejects.toThrow(/pending-upgrade for .* left as it is/);
    await run(step);
    expect(step.asked[0]).toMatchObject({
      kind: 'choice',
      choices: [{ value: 'wait' }, { value: 'rollback' }, { value: 'forget' }, { value: 'stop' }],
    });
    expect(await configMap('seven-config')).toMatchObject({ greeting: 'third' });
    await leavePending('seven', 'pending-rollback', 4);
    expect(await run(prepare({ release: 'seven', 'if-pending': 'forget' }))).toMatchObject({
      outputs: { revision: 4 },
    });
    expect(await configMap('seven-config')).toMatchObject({ greeting: 'hello' });
  });

  it('of a first installation is uninstalled and done anew, as the step says', async () => {
    await run(prepare({ release: 'nine' }));
    await leavePending('nine', 'pending-install', 1);
    const step = prepare({ release: 'nine', 'if-pending': 'uninstall', values: { greeting: 'third' } });
    expect(await run(step)).toMatchObject({ outputs: { revision: 1 } });
    expect(step.asked).toEqual([]);
    expect(await configMap('nine-config')).toMatchObject({ greeting: 'third' });
  });
});

describe.skipIf(!helm)('a chart that cannot be had', { timeout: 60_000 }, () => {
  it('has a stand-in on the sandbox, labelled as one, and is an error everywhere else', async () => {
    const step = prepare({ release: 'far', chart: 'far', repo: 'http://127.0.0.1:9/charts', version: '1.2.3' });
    if (cluster.on !== 'sandbox') {
      await expect(run(step)).rejects.toThrow(/connection refused/);
      return;
    }
    expect(await plan(step)).toMatchObject({ certainty: 'partly', summary: expect.stringContaining('a stand-in for') });
    expect(await run(step)).toMatchObject({ outputs: { standIn: true } });
    const { body } = await cluster.get(`/apis/apps/v1/namespaces/${namespace}/deployments/far`);
    expect(body).toMatchObject({ metadata: { labels: { 'tars-console/stand-in': 'helm' } } });
    await helmStep.undo?.(step.config, step.context, { revision: 0 });
  });
});
