import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../../../src/base/package-root.ts';
import { endsOf, openPlaybook } from '../../support/run-playbook.ts';
import { openStepCluster } from '../../support/steps.ts';

const { connection } = await openStepCluster();
const bundled = join(packageRoot(), 'playbooks/tars/manifests');

const folder = () => mkdtempSync(join(tmpdir(), 'tars-console-source-'));
const git = (at: string, ...args: string[]) =>
  execFileSync('git', ['-C', at, '-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], {
    env: { PATH: process.env.PATH, HOME: at },
  });

/** A repository like that of T.A.R.S., with our manifests in its k8s/. */
function repository(change: (k8s: string) => void = () => {}): string {
  const at = folder();
  mkdirSync(join(at, 'k8s'));
  for (const name of readdirSync(bundled))
    if (name.endsWith('.yaml') && name !== 'hpa.yaml')
      writeFileSync(join(at, 'k8s', name), readFileSync(join(bundled, name)));
  mkdirSync(join(at, 'backend'));
  mkdirSync(join(at, 'docker/backend'), { recursive: true });
  writeFileSync(join(at, 'docker/backend/Dockerfile'), 'FROM scratch\n');
  change(join(at, 'k8s'));
  git(at, 'init', '-q', '-b', 'main');
  git(at, 'add', '.');
  git(at, 'commit', '-q', '-m', 'One');
  return at;
}

async function run(workspace: string, inputs: Record<string, string>) {
  const playbook = await openPlaybook(connection, 'tars/source', inputs, workspace);
  const { status, records } = await playbook.run(await playbook.plan());
  const findings = records.flatMap((record) => (record.type === 'step-result' ? (record.findings ?? []) : []));
  return { status, ends: endsOf(records), about: (title: string) => findings.find((one) => one.title.includes(title)) };
}

it('Source: the repository is cloned once, and what can be used of it is said', async () => {
  const workspace = folder();
  const url = `file://${repository()}`;
  const first = await run(workspace, { url });
  expect(first.status).toBe('done');
  expect(first.about('The repository is here')?.observed).toMatch(/VDS_TARS, main at [0-9a-f]{7}/);
  expect(first.about('whole set')).toMatchObject({ level: 'ok', observed: expect.stringContaining('14 files') });
  expect(first.about('sound')).toMatchObject({ level: 'ok' });
  expect(first.about('An image')?.observed).toBe(join(workspace, 'VDS_TARS/docker/backend/Dockerfile'));
  // What is there is never overwritten.
  writeFileSync(
    join(workspace, 'VDS_TARS/k8s/configmap.yaml'),
    'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: mine }\n',
  );
  const second = await run(workspace, { url });
  expect(second.ends.clone).toBe('skipped');
  expect(readFileSync(join(workspace, 'VDS_TARS/k8s/configmap.yaml'), 'utf8')).toContain('mine');
});

it('a tag is cloned, into the folder that is named', async () => {
  const origin = repository();
  git(origin, 'tag', 'v1');
  git(origin, 'rm', '-rq', 'docker');
  git(origin, 'commit', '-q', '-m', 'Two');
  const workspace = folder();
  const { status, ends } = await run(workspace, { url: `file://${origin}`, ref: 'v1', folder: 'old' });
  expect([status, ends.clone, ends['clone-ref']]).toEqual(['done', 'skipped', 'done']);
  expect(existsSync(join(workspace, 'old/docker/backend/Dockerfile'))).toBe(true);
});

it('what lacks or is faulty in its manifests is named, with the line', async () => {
  const url = `file://${repository((k8s) => {
    writeFileSync(
      join(k8s, 'pvc.yaml'),
      'apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: a\n  name: b\n',
    );
    writeFileSync(join(k8s, 'secrets.yaml'), 'apiVersion: v1\nkind: Secret\nstringData: { KEY: REPLACE_WITH_IT }\n');
    const deployment = readFileSync(join(k8s, 'postgres-deployment.yaml'), 'utf8');
    writeFileSync(join(k8s, 'postgres-deployment.yaml'), deployment.replaceAll('name: tars-secrets', 'name: another'));
  })}`;
  const { status, about } = await run(folder(), { url });
  expect(status).toBe('done');
  expect(about('sound')).toMatchObject({ level: 'warning', evidence: [expect.stringMatching(/^pvc\.yaml:5:\d+: /)] });
  expect(about('secrets.yaml')).toMatchObject({ level: 'warning', observed: expect.stringContaining('REPLACE_WITH_') });
  expect(about('The secrets that it reads')?.observed).toContain('another/POSTGRES_PASSWORD');
});

it('a repository that cannot be reached is said, and nobody is asked for a password', async () => {
  const { status, about } = await run(folder(), { url: 'https://nowhere.invalid/tars.git' });
  expect(status).toBe('not-met');
  const found = about('The repository is here');
  expect(found?.level).toBe('fatal');
  expect(found?.evidence?.join('\n')).toContain('nowhere.invalid');
  expect(found?.repair).toContain('--set folder=PATH');
});

it('an address with a password in it, or one that git would run, is refused', async () => {
  for (const url of ['https://me:secret@example.com/x.git', 'ext::sh -c id', '--upload-pack=id'])
    await expect(openPlaybook(connection, 'tars/source', { url }, folder())).rejects.toThrow(/not right/);
});
