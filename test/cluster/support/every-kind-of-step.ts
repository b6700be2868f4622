import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../../src/base/package-root.ts';
import { fakeProgram } from '../../support/fake-program.ts';
import { compiledProgram } from './helm.ts';

/** What the playbook of every kind needs of this machine: programs and a Prometheus. */
export interface Surroundings {
  /** Variables that name the programs. */
  env: Record<string, string>;
  /** Inputs of the playbook that only these surroundings know. */
  inputs: Record<string, string>;
  close(): void;
}

/** The programs that the playbook starts but cannot need on every machine: hosts are this one, images come to the same digest. */
const bodies: Record<string, string> = {
  ssh: `process.stdout.write(require('node:child_process').execSync('sh', { input: bytes }))`,
  docker: `if (args[0] === 'image') console.log('sha256:${'ab'.repeat(32)}')`,
};

export async function everyKindSurroundings(): Promise<Surroundings> {
  const prometheus = await startPrometheus();
  const { port } = prometheus.address() as { port: number };
  const programs = Object.entries(bodies).map(([name, body]) => [name, fakeProgram(name, body).path] as const);
  const compiled = (['helm', 'kubectl'] as const).map((name) => [name, compiledProgram(name)] as const);
  const paths = [...programs, ...compiled].flatMap(([name, path]) =>
    path === undefined ? [] : [[`TARS_CONSOLE_${name.toUpperCase()}`, path]],
  );
  return {
    env: { ...Object.fromEntries(paths), TARS_CONSOLE_IMAGE_ENGINE: 'docker' },
    inputs: { prometheus: `http://127.0.0.1:${port}` },
    close: () => void prometheus.close(),
  };
}

const elsewhere = `apiVersion: v1
kind: Config
clusters: [{ name: far, cluster: { server: https://192.0.2.1:6443 } }]
users: [{ name: far, user: {} }]
contexts: [{ name: far, context: { cluster: far, user: far } }]
current-context: far
`;

/** A new workspace that holds the playbook of every kind, `shop/everything`. */
export function everyKindWorkspace(): string {
  const workspace = mkdtempSync(join(tmpdir(), 'tars-console-every-kind-'));
  const playbooks = join(workspace, '.tars-console', 'playbooks');
  cpSync(join(packageRoot(), 'test', 'fixtures', 'every-kind'), playbooks, { recursive: true });
  mkdirSync(join(workspace, 'image'));
  writeFileSync(join(workspace, 'image', 'Dockerfile'), 'FROM scratch\n');
  writeFileSync(join(workspace, 'notes.txt'), 'notes\n');
  writeFileSync(join(workspace, 'kubeconfig.yaml'), elsewhere);
  return workspace;
}

async function startPrometheus(): Promise<Server> {
  const result = [{ metric: { __name__: 'up' }, value: [0, '1'] }];
  const answer = JSON.stringify({ status: 'success', data: { resultType: 'vector', result } });
  const server = createServer((_, response) =>
    response.setHeader('content-type', 'application/json').end(answer),
  ).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return server;
}
