import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApiClient } from '../../../src/sandbox/client.ts';
import { buildBinaries } from './build.ts';
import { writeCertificates } from './certificates.ts';
import { type Component, startComponent } from './component.ts';

export interface ControlPlane {
  server: string;
  ca: string;
  /** Of a member of `system:masters`. */
  token: string;
  /** Where the compiled etcd, kube-*, kubectl and helm lie. */
  binaries: string;
  /** Certificates, logs, etcd's data; gone after `stop`. */
  folder: string;
  /** Process ids by the name of the component. */
  processes: Record<string, number>;
  stop(): Promise<void>;
}

/**
 * Brings up etcd, kube-apiserver, kube-controller-manager and kube-scheduler on free ports of 127.0.0.1: nothing but a
 * control plane, without nodes. The autoscaler looks often and trusts young pods sooner than by default, so that tests need
 * not wait for minutes.
 */
export async function startControlPlane(tell: (line: string) => void): Promise<ControlPlane> {
  const binaries = await buildBinaries(tell);
  const folder = mkdtempSync(join(tmpdir(), 'control-plane-'));
  const components: Component[] = [];
  const stop = async () => {
    // Controllers first, so that none of them complains; etcd after the API server has let go of it.
    const [etcd, apiServer, ...controllers] = components;
    await Promise.all(controllers.map((one) => one.stop()));
    await apiServer?.stop();
    await etcd?.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await writeCertificates(folder);
    const token = randomBytes(24).toString('base64url');
    writeFileSync(join(folder, 'tokens.csv'), `${token},admin,1,"system:masters"\n`, { mode: 0o600 });
    const [etcdPort = 0, peerPort = 0, port = 0, managerPort = 0, schedulerPort = 0] = await freePorts(5);
    const server = `https://127.0.0.1:${port}`;
    writeFileSync(join(folder, 'kubeconfig'), JSON.stringify(kubeconfig(server, folder)), { mode: 0o600 });
    const start = (name: string, flags: string[]) => {
      const component = startComponent(binaries, folder, name, flags);
      components.push(component);
      return component;
    };
    start('etcd', etcdFlags(etcdPort, peerPort));
    const apiServer = start('kube-apiserver', apiServerFlags(etcdPort, port));
    const ca = readFileSync(join(folder, 'ca.crt'), 'utf8');
    await Promise.race([untilReady(server, ca, token), apiServer.ended]);
    // The default 20 requests a second would make every status of a busy suite late by seconds.
    const throttle = ['--kube-api-qps=500', '--kube-api-burst=1000'];
    const common = ['--kubeconfig=kubeconfig', '--leader-elect=false', '--bind-address=127.0.0.1', ...throttle];
    start('kube-controller-manager', [...common, `--secure-port=${managerPort}`, ...managerFlags]);
    start('kube-scheduler', [...common, `--secure-port=${schedulerPort}`]);
    const processes = Object.fromEntries(components.map(({ name, pid }) => [name, pid]));
    return { server, ca, token, binaries, folder, processes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function etcdFlags(client: number, peer: number): string[] {
  const [clients, peers] = [`http://127.0.0.1:${client}`, `http://127.0.0.1:${peer}`];
  return [
    '--data-dir=etcd',
    `--listen-client-urls=${clients}`,
    `--advertise-client-urls=${clients}`,
    `--listen-peer-urls=${peers}`,
    `--initial-advertise-peer-urls=${peers}`,
    `--initial-cluster=default=${peers}`,
    '--unsafe-no-fsync',
    '--log-level=error',
  ];
}

function apiServerFlags(etcd: number, port: number): string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${etcd}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${port}`,
    '--endpoint-reconciler-type=none',
    '--service-cluster-ip-range=10.96.0.0/16',
    '--authorization-mode=Node,RBAC',
    '--allow-privileged',
    '--token-auth-file=tokens.csv',
    '--tls-cert-file=server.crt',
    '--tls-private-key-file=server.key',
    '--client-ca-file=ca.crt',
    '--kubelet-preferred-address-types=InternalIP',
    '--kubelet-certificate-authority=ca.crt',
    '--kubelet-client-certificate=admin.crt',
    '--kubelet-client-key=admin.key',
    '--service-account-key-file=service-account.pub',
    '--service-account-signing-key-file=service-account.key',
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    '--proxy-client-cert-file=front-proxy.crt',
    '--proxy-client-key-file=front-proxy.key',
    '--requestheader-client-ca-file=ca.crt',
    '--requestheader-allowed-names=front-proxy',
    '--requestheader-username-headers=X-Remote-User',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
  ];
}

const managerFlags = [
  '--service-account-private-key-file=service-account.key',
  '--root-ca-file=ca.crt',
  '--horizontal-pod-autoscaler-sync-period=3s',
  '--horizontal-pod-autoscaler-cpu-initialization-period=10s',
  '--horizontal-pod-autoscaler-initial-readiness-delay=3s',
];

function kubeconfig(server: string, folder: string) {
  const file = (name: string) => join(folder, name);
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'tests',
    clusters: [{ name: 'tests', cluster: { server, 'certificate-authority': file('ca.crt') } }],
    contexts: [{ name: 'tests', context: { cluster: 'tests', user: 'admin' } }],
    users: [{ name: 'admin', user: { 'client-certificate': file('admin.crt'), 'client-key': file('admin.key') } }],
  };
}

async function untilReady(server: string, ca: string, token: string): Promise<void> {
  const client = createApiClient({ server, ca, token });
  try {
    for (const deadline = Date.now() + 90_000; ; ) {
      // Namespaces and priority classes are made by hooks after the start; `readyz` waits for them.
      const ready = await client.get('/readyz').then(
        () => true,
        (error: Error) => error instanceof SyntaxError,
      );
      if (ready) return;
      if (Date.now() > deadline) throw new Error('kube-apiserver was not ready within 90 s');
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  } finally {
    client.close();
  }
}

/** Ports that were free a moment ago: the components take no 0. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise<typeof server>((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
