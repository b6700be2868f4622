import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { stepSchema } from '../../../src/playbooks/schema.ts';
import type { StepKind } from '../../../src/playbooks/step-kind.ts';
import { chartSource } from '../../../src/playbooks/steps/helm/chart.ts';
import { helmValues } from '../../../src/playbooks/steps/helm/values.ts';
import { helmStep } from '../../../src/playbooks/steps/helm.ts';
import { fakeProgram } from '../../support/fake-program.ts';
import { type StepOptions, stepWithoutCluster } from './step-without-cluster.ts';

const chart = { 'chart/Chart.yaml': 'name: shop\nversion: 1.0.0\n' };
const prepare = (helm: Record<string, unknown>, options: StepOptions = {}) => ({
  config: stepSchema(helmStep as StepKind).parse({ title: 'x', helm }) as Parameters<typeof helmStep.run>[0],
  ...stepWithoutCluster({ files: chart, ...options }),
});

afterEach(() => {
  for (const name of ['HELM', 'MIRROR_CHARTS']) delete process.env[`TARS_CONSOLE_${name}`];
  delete process.env.HELM_KUBETOKEN;
});

/** Knows no release until it was asked to install one. */
const installs = `
const installed = fs.existsSync(__filename + '.installed');
if (args[0] === 'version') console.log('v3.17.0');
else if (args[0] === 'history' && !installed) { console.error('Error: release: not found'); process.exitCode = 1; }
else if (args[0] === 'history') console.log('[{"revision":1,"updated":"2026-01-01T00:00:00Z","status":"deployed","chart":"shop-1.0.0","app_version":"","description":""}]');
else if (args[0] === 'status') console.log('{"manifest":""}');
else if (args[0] === 'upgrade') fs.writeFileSync(__filename + '.installed', '');
`;

describe('helm', () => {
  it('is told the cluster by name, and values only by its stdin', async () => {
    const helm = fakeProgram('helm', installs);
    process.env.TARS_CONSOLE_HELM = helm.path;
    process.env.HELM_KUBETOKEN = 'of-another-cluster';
    const { config, context } = prepare(
      {
        release: 'shop',
        chart: 'chart',
        namespace: 'shops',
        'create-namespace': true,
        values: { auth: { user: 'x' }, host: `$${'{'}{ inputs.host }}` },
        'values-files': ['more.yaml'],
        'secret-values': { 'auth.password': 'password' },
      },
      {
        scope: { inputs: { host: 'shop.example.com' } },
        secrets: { password: 'a-marked-password' },
        info: { context: 'bastion', kubeconfig: '/etc/kube.conf' },
      },
    );
    expect(await helmStep.run(config, context)).toMatchObject({ outputs: { revision: 1, changed: true } });
    const upgrade = helm.calls().find(({ args }) => args[0] === 'upgrade');
    expect(upgrade?.args.join(' ')).toMatch(
      /^upgrade --install shop \S+\/chart --values \S+\/more.yaml --values - --create-namespace --timeout 30s --namespace shops --kube-context bastion$/,
    );
    expect(JSON.parse(upgrade?.stdin ?? '')).toEqual({
      auth: { user: 'x', password: 'a-marked-password' },
      host: 'shop.example.com',
    });
    for (const { args, env } of helm.calls()) {
      expect(JSON.stringify([args, env])).not.toMatch(/marked|of-another-cluster/);
      if (args[0] !== 'version') expect(env.KUBECONFIG).toBe('/etc/kube.conf');
    }
  });

  it('that fails says why in one line, with what it wrote as evidence', async () => {
    const body = `if (args[0] === 'version') console.log('v3.17.0');
      else { console.error('level=WARN msg=x\\nError: Kubernetes cluster unreachable'); process.exitCode = 1; }`;
    process.env.TARS_CONSOLE_HELM = fakeProgram('helm', body).path;
    const { config, context } = prepare({ release: 'shop', chart: 'chart' });
    await expect(helmStep.run(config, context)).rejects.toMatchObject({
      message: 'helm history ended with 1: Error: Kubernetes cluster unreachable',
      evidence: ['level=WARN msg=x', 'Error: Kubernetes cluster unreachable'],
    });
  });

  it('that cannot tell what was there keeps the step from beginning: undoing would uninstall it', async () => {
    const body = `if (args[0] === 'version') console.log('v3.17.0'); else process.exitCode = 1;`;
    process.env.TARS_CONSOLE_HELM = fakeProgram('helm', body).path;
    const { config, context } = prepare({ release: 'shop', chart: 'chart' });
    await expect(helmStep.before?.(config, context)).rejects.toThrow('helm history ended with 1');
  });

  it('stands as a line that one would type, with secrets as files', async () => {
    const { config, context } = prepare({
      release: 'shop',
      chart: 'shop',
      repo: 'https://charts.example.com',
      version: '1.2.3',
      values: { a: "it's" },
      'secret-values': { 'auth.password': 'databasePassword' },
      wait: 'ready',
    });
    expect(await helmStep.equivalent(config, context)).toEqual([
      `printf '%s' '{"a":"it'\\''s"}' | helm upgrade --install shop shop -n tars --repo https://charts.example.com --version 1.2.3 -f - --set-file auth.password="$DATABASE_PASSWORD_FILE" --wait`,
    ]);
  });
});

describe('a chart', () => {
  const find = (helm: Record<string, unknown>, context = prepare({ release: 'x', chart: 'chart' }).context) =>
    chartSource({ release: 'x', ...helm }, context);

  it('is taken from the playbook’s folder, a repository or a registry', () => {
    expect(find({ chart: 'chart' })).toMatchObject({ from: 'local', text: 'shop from chart' });
    expect(find({ chart: 'shop', repo: 'https://charts.example.com', version: '1.0' })).toEqual({
      from: 'remote',
      args: ['shop', '--repo', 'https://charts.example.com', '--version', '1.0'],
      text: 'shop 1.0 from https://charts.example.com',
    });
    expect(find({ chart: 'oci://quay.io/jetstack/charts/cert-manager' })).toMatchObject({
      from: 'remote',
      args: ['oci://quay.io/jetstack/charts/cert-manager'],
    });
    expect(() => find({ chart: 'nowhere' })).toThrow('There is no chart nowhere beside the playbook');
    expect(() => find({ chart: './nowhere.tgz' })).toThrow('There is no chart ./nowhere.tgz');
  });

  it('is taken from the mirror first where there is one: that version, or else the newest', () => {
    const { context, folder } = prepare({ release: 'x', chart: 'chart' });
    const mirror = join(folder, 'mirror');
    mkdirSync(mirror);
    for (const file of ['shop-1.9.0.tgz', 'shop-1.10.0.tgz', 'shop-extra-7.0.0.tgz'])
      writeFileSync(join(mirror, file), '');
    process.env.TARS_CONSOLE_MIRROR_CHARTS = mirror;
    const repo = 'https://charts.example.com';
    expect(find({ chart: 'shop', repo }, context).args).toEqual([join(mirror, 'shop-1.10.0.tgz')]);
    expect(find({ chart: 'oci://x/y/shop', version: 'v1.9.0' }, context).args).toEqual([
      join(mirror, 'shop-1.9.0.tgz'),
    ]);
    expect(find({ chart: 'shop', repo, version: '2.0.0' }, context)).toMatchObject({ from: 'remote' });
  });
});

it('a sensitive value that leads through a plain one is refused', () => {
  const options = { release: 'x', values: { auth: 'text' }, 'secret-values': { 'auth.password': 'p' } };
  expect(() => helmValues(options, String, () => 'secret')).toThrow('leads through a value that is no map');
});
