import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { startWholeSandbox } from '../../support/whole-sandbox.ts';
import { createHttp, type Http } from '../support/http.ts';
import type { ClusterAccess } from '../support/provided.ts';

export interface Answer {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  input?: string | undefined;
  env?: Record<string, string> | undefined;
  /** Looks at everything said so far; `true` ends the program. */
  onOutput?: ((said: string) => boolean) | undefined;
  /** Ends the program. */
  signal?: AbortSignal | undefined;
}

/** One of the two clusters as its clients see it. */
export interface Server {
  name: 'sandbox' | 'real control plane';
  http: Http;
  access: ClusterAccess;
  /** A folder of its own, in which the commands run; `kubeconfig` lies there. */
  folder: string;
  run(program: 'kubectl' | 'helm', args: readonly string[], options?: RunOptions): Promise<Answer>;
}

export interface TwoServers {
  sandbox: Server;
  real: Server;
  close(): Promise<void>;
}

/** A sandbox as quick as the real control plane's nodes, beside it. Commands work in `namespace` unless they say otherwise. */
export async function openTwoServers(namespace: string): Promise<TwoServers> {
  const access = inject('realCluster');
  if (!access || access.given) throw new Error('these tests need a control plane of their own');
  const embedded = await startWholeSandbox(5);
  const { url, ca, token } = embedded.server;
  const folder = mkdtempSync(join(tmpdir(), 'two-servers-'));
  const open = (name: Server['name'], reached: ClusterAccess) =>
    openServer(name, reached, join(folder, name.split(' ')[0] ?? name), access.binaries, namespace);
  const sandbox = open('sandbox', { server: url, ca, token, kubeconfig: '' });
  const real = open('real control plane', access);
  return {
    sandbox,
    real,
    async close() {
      sandbox.http.end();
      real.http.end();
      await embedded.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function openServer(
  name: Server['name'],
  access: ClusterAccess,
  folder: string,
  binaries: string,
  namespace: string,
): Server {
  mkdirSync(folder);
  writeFileSync(join(folder, 'kubeconfig'), kubeconfig(access, namespace), { mode: 0o600 });
  const { PATH = '' } = process.env;
  const base = { PATH, HOME: folder, KUBECONFIG: join(folder, 'kubeconfig'), KUBECACHEDIR: join(folder, 'cache') };
  return {
    name,
    http: createHttp(access),
    access,
    folder,
    run: (program, args, { input, env, onOutput, signal } = {}) =>
      new Promise((resolve, reject) => {
        const child = spawn(join(binaries, program), args, { cwd: folder, env: { ...base, ...env } });
        const said = { stdout: '', stderr: '' };
        for (const stream of ['stdout', 'stderr'] as const)
          child[stream].setEncoding('utf8').on('data', (text: string) => {
            said[stream] += text;
            if (onOutput?.(said.stdout + said.stderr)) child.kill();
          });
        signal?.addEventListener('abort', () => child.kill());
        child.on('error', reject).on('close', (code) => resolve({ code, ...said }));
        child.stdin.on('error', () => {});
        child.stdin.end(input ?? '');
      }),
  };
}

/** The same names on both, so that no output differs by them. */
export function kubeconfig({ server, ca, token }: ClusterAccess, namespace: string): string {
  const authority = Buffer.from(ca ?? '').toString('base64');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'tests',
    clusters: [{ name: 'tests', cluster: { server, 'certificate-authority-data': authority } }],
    contexts: [{ name: 'tests', context: { cluster: 'tests', user: 'admin', namespace } }],
    users: [{ name: 'admin', user: { token } }],
  });
}
