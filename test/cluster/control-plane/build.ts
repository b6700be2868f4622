import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../../../src/base/package-root.ts';

const run = promisify(execFile);

/** What is compiled, and how long that takes on two cores with nothing cached: about four minutes, most of it Kubernetes. */
const kubernetesVersion = 'v1.36.2';

const versionFlags = [
  `-X k8s.io/component-base/version.gitVersion=${kubernetesVersion}`,
  '-X k8s.io/component-base/version.gitMajor=1',
  '-X k8s.io/component-base/version.gitMinor=36',
].join(' ');

/** One Go module each, beside this file: its `tool` lines or its `main` say what is built. */
const modules = ['etcd', 'kubernetes', 'helm'] as const;

/**
 * Compiles etcd, the control plane, kubectl and helm from the Go module proxy into a folder that is never committed, and
 * returns the folder. Go's own build cache makes the second time a matter of seconds. Throws where Go is missing.
 */
export async function buildBinaries(tell: (line: string) => void): Promise<string> {
  const folder = join(packageRoot(), 'node_modules', '.cache', 'control-plane', kubernetesVersion);
  mkdirSync(folder, { recursive: true });
  await run('go', ['version']).catch(() => {
    throw new Error(
      'Go is missing: the cluster suite compiles a control plane with it. Install Go 1.26 or newer, or point KUBECONFIG at a cluster to use that instead.',
    );
  });
  for (const name of modules) {
    if (built[name].every((binary) => existsSync(join(folder, binary)))) continue;
    const started = Date.now();
    tell(`compiling ${built[name].join(', ')} (minutes the first time, then cached)`);
    await compile(name, folder);
    tell(`compiled ${name} in ${Math.round((Date.now() - started) / 1000)} s`);
  }
  return folder;
}

const built: Record<(typeof modules)[number], string[]> = {
  etcd: ['etcd'],
  kubernetes: ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'],
  helm: ['helm'],
};

async function compile(name: (typeof modules)[number], folder: string): Promise<void> {
  const cwd = join(packageRoot(), 'test', 'cluster', 'control-plane', name);
  const env = { ...process.env, CGO_ENABLED: '0', GOBIN: folder, GOFLAGS: '-mod=mod' };
  const target =
    name === 'etcd' ? ['build', '-o', join(folder, 'etcd'), '-trimpath', '-ldflags', '-s -w', '.'] : undefined;
  const flags = name === 'kubernetes' ? `-s -w ${versionFlags}` : '-s -w';
  await run('go', target ?? ['install', '-trimpath', '-ldflags', flags, 'tool'], { cwd, env, maxBuffer: 1 << 26 });
}
