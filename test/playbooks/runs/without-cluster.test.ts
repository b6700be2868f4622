import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { connect } from '../../../src/cluster/connect/connect.ts';
import { isProduction } from '../../../src/configuration/production.ts';
import { loadPlaybookFile } from '../../../src/playbooks/loading/load-playbook.ts';
import { clusterOfRun } from '../../../src/playbooks/runs/cluster-of-run.ts';
import { surroundingsOf } from '../../../src/playbooks/runs/run-header.ts';
import { stepKinds } from '../../../src/playbooks/steps/registry.ts';
import { openPlaybook } from '../../cluster/support/run-playbook.ts';
import { fakeProgram } from '../../support/fake-program.ts';

function load(text: string, more: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'tars-console-without-'));
  for (const [name, content] of Object.entries({ ...more, 'own.yaml': text })) {
    mkdirSync(dirname(join(folder, 'test', name)), { recursive: true });
    writeFileSync(join(folder, 'test', name), content);
  }
  const roots = [{ folder, source: 'workspace' as const }];
  return loadPlaybookFile(join(folder, 'test', 'own.yaml'), { roots, stepKinds });
}

describe('a playbook without a cluster', () => {
  it('is valid with steps that ask none, also inside of others', () => {
    const { value, diagnostics } = load(`title: x
cluster: none
steps:
  - { title: Run it, command: [echo, hello] }
  - { title: Look, check: { collect: { t: { tools: [ssh] } }, findings: [{ title: y, expect: t.size() > 0, expected: z, observed: none }] } }
  - { title: Ask, http: { url: 'https://example.com' } }
  - { title: Each, foreach: [a], steps: [{ title: Sure, confirm: Sure? }] }
`);
    expect(diagnostics).toEqual([]);
    expect(value?.cluster).toBe('none');
  });

  it('is refused with a step, a called playbook or an input that needs one, each with its place', () => {
    const called = 'title: y\nsteps:\n  - { title: Apply it, scale: { workload: Deployment/web, replicas: 1 } }\n';
    const { diagnostics } = load(
      `title: x
cluster: none
inputs:
  replicas: { description: how many, default: 1, from: { get: v1/ConfigMap, name: a, value: object.data.n } }
steps:
  - { title: Scale, scale: { workload: Deployment/web, replicas: 2 } }
  - { title: With the cluster, command: { run: [kubectl], cluster: true } }
  - { title: Ask, http: { service: 'web:80' } }
  - { title: Call, playbook: test/other }
`,
      { 'other.yaml': called },
    );
    expect(diagnostics.map(({ line, message }) => `${line} ${message}`)).toEqual([
      '4 this input is read from a cluster',
      '6 this step needs a cluster',
      '7 this step needs a cluster',
      '8 this step needs a cluster',
      '9 `test/other` needs a cluster in its step `apply-it`',
    ]);
  });

  it('goes without one whichever is chosen, and is rehearsed on the sandbox', () => {
    const none = { title: 'x', cluster: 'none' as const };
    expect(clusterOfRun(none, { sandbox: false, context: 'prod' })).toMatchObject({ sandbox: false, none: true });
    expect(clusterOfRun(none, { sandbox: true })).toEqual({ sandbox: true });
    expect(() => clusterOfRun({ title: 'x' }, { sandbox: false, none: true })).toThrow(
      'x needs a cluster, and none is chosen',
    );
  });

  it('has a connection that refuses every request and is nobody’s production', async () => {
    const connection = await connect({ sandbox: false, none: true });
    await expect(connection.request({ path: '/version' })).rejects.toThrow('goes without a cluster');
    const { cluster } = await surroundingsOf({ system: { name: 'x', namespace: 'x' } }, connection);
    expect(cluster).toMatchObject({ context: 'no cluster', version: '', console: 'tars-console' });
    expect(isProduction(connection.info, ['*'])).toBe(false);
  });
});

const { PATH, HOME, KUBECONFIG } = process.env;
afterEach(() => {
  Object.assign(process.env, { PATH, HOME });
  if (KUBECONFIG === undefined) delete process.env.KUBECONFIG;
  delete process.env.TARS_CONSOLE_SSH;
});

async function runWithout(ref: string, inputs: Record<string, string>, only: string[]) {
  const connection = await connect({ sandbox: false, none: true });
  const playbook = await openPlaybook(connection, ref, inputs, mkdtempSync(join(tmpdir(), 'tars-console-ws-')), {
    only,
  });
  return playbook.run(await playbook.plan());
}

describe('a local cluster', () => {
  it('is made by what is installed, with its nodes and ports, and once only', async () => {
    const kind = fakeProgram(
      'kind',
      `if (args[0] === '--version') console.log('kind version 0.32.0');
const made = __dirname + '/made';
if (args[0] === 'create') fs.writeFileSync(made, '');
if (args[0] === 'get' && !fs.existsSync(made)) process.exitCode = 1;`,
    );
    const docker = fakeProgram('docker', "console.log('Docker version 29.0.0');");
    process.env.PATH = `${kind.folder}:${docker.folder}`;
    const only = ['look', 'engine', 'kind', 'k3d', 'k3d-start', 'minikube'];
    for (const again of [false, true]) {
      const inputs = { nodes: '3', kubernetesVersion: 'v1.35.1', ports: 'false' };
      const { status, records } = await runWithout('cluster/local-cluster', inputs, only);
      expect(status, JSON.stringify(records.slice(-4))).toBe('done');
      const made = kind.calls().filter(({ args }) => args[0] === 'create');
      expect(made).toHaveLength(1);
      if (again) continue;
      expect(made[0]?.stdin.match(/role: worker/g)).toHaveLength(2);
      expect(made[0]?.stdin.match(/image: kindest\/node:v1\.35\.1/g)).toHaveLength(3);
      expect(made[0]?.stdin).toContain('containerPort: 443, hostPort: 0');
      expect(made[0]?.env.KUBECONFIG).not.toBe(KUBECONFIG);
    }
  });

  it('is not begun where nothing can make it, and the line that installs it is said', async () => {
    process.env.PATH = mkdtempSync(join(tmpdir(), 'tars-console-empty-'));
    const { status, records } = await runWithout('cluster/local-cluster', {}, ['look', 'kind']);
    expect(status).toBe('not-met');
    const text = JSON.stringify(records);
    expect(text).toContain('none of them');
    expect(text).toMatch(/kind-linux|brew install kind|kind\.sigs\.k8s\.io/);
  });
});

describe('RKE2 over ssh', () => {
  it('starts the first server, hands its token on without a trace, then servers and agents', async () => {
    const token = 'K10deadbeef::server:0123456789abcdef';
    const body = `const [host, command] = args.slice(args.indexOf('--') + 1);
if (stdin.includes('is-active --quiet "rke2-$ROLE" &&')) process.exitCode = 1;
else if (stdin.includes('node-token')) process.stdout.write(${JSON.stringify(`${token}\n`)});
else console.log('did it on ' + host);`;
    const ssh = fakeProgram('ssh', body);
    process.env.TARS_CONSOLE_SSH = ssh.path;
    process.env.PATH = `${ssh.folder}:${PATH}`;
    const inputs = { servers: 'admin@10.0.0.1, 10.0.0.2, 10.0.0.3', agents: '10.0.0.8', user: 'ops' };
    const only = ['ssh', 'reach', 'first', 'token', 'servers', 'agents'];
    const { status, records } = await runWithout('cluster/rke2', inputs, only);
    expect(status, JSON.stringify(records.slice(-3))).toBe('done');
    const installs = ssh.calls().filter(({ stdin }) => stdin.includes('install.sh') && stdin.includes('config.yaml'));
    const hostOf = ({ args }: { args: string[] }) => args[args.indexOf('--') + 1];
    expect(installs.map(hostOf)).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.8']);
    expect(installs.map(({ stdin }) => /ROLE='?(\w+)/.exec(stdin)?.[1])).toEqual([
      'server',
      'server',
      'server',
      'agent',
    ]);
    expect(installs.map(({ stdin }) => stdin.includes(token))).toEqual([false, true, true, true]);
    expect(ssh.calls().every(({ args }) => !args.join(' ').includes(token))).toBe(true);
    const reached = ssh.calls().filter(({ args }) => args.includes('--'));
    expect(reached.every(({ args }) => args.at(-1) === 'sudo -n sh -s')).toBe(true);
    expect(JSON.stringify(records)).not.toContain('0123456789abcdef');
  });
});
