import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { stateFolder } from '../base/folders.ts';
import type { ImageRule } from '../sandbox/workloads/image-rules.ts';
import { packageVersion } from './package-version.ts';

export interface SandboxProcessOptions {
  port: number;
  nodes: number;
  speed: number;
  /** It ends by itself when no client asked for anything for so long. */
  idleMinutes: number;
  /** Images that fail, and how. */
  images?: readonly ImageRule[];
}

export interface SandboxState {
  pid: number;
  port: number;
  nodes: number;
  speed: number;
  version: string;
  startedAt: string;
}

/** What lies in the folder of one sandbox: mode 0700, its files 0600. */
export interface SandboxFolder {
  path: string;
  kubeconfig: string;
  state: string;
  options: string;
  log: string;
  /** Lies beside the folder, so that it outlives the folder's removal. */
  lock: string;
}

/** The folder of a sandbox of this user and this version. */
export function sandboxFolder(name: string): SandboxFolder {
  const parent = join(stateFolder(), 'sandbox', packageVersion());
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  return folderAt(join(parent, name));
}

export function folderAt(path: string): SandboxFolder {
  return {
    path,
    kubeconfig: join(path, 'kubeconfig'),
    state: join(path, 'state.json'),
    options: join(path, 'options.json'),
    log: join(path, 'log'),
    lock: `${path}.lock`,
  };
}

export function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch {
    return undefined;
  }
}

/** Nobody ever reads half a file, and nobody but the owner reads it at all. */
export function writePrivately(file: string, text: string): void {
  const fresh = `${file}.${process.pid}.new`;
  rmSync(fresh, { force: true });
  writeFileSync(fresh, text, { mode: 0o600, flag: 'wx' });
  renameSync(fresh, file);
}

/** A kubeconfig with the one context `sandbox`, marked as such in the way that minikube marks its own. */
export function sandboxKubeconfig(options: { url: string; ca: string; token: string; speed: number }): string {
  const name = 'sandbox';
  const extensions = [{ name: 'tars-console', extension: { sandbox: true, speed: options.speed } }];
  const authority = Buffer.from(options.ca).toString('base64');
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server: options.url, 'certificate-authority-data': authority } }],
    users: [{ name, user: { token: options.token } }],
    contexts: [{ name, context: { cluster: name, user: name, extensions } }],
  });
}

/** How to reach the sandbox of a kubeconfig; undefined when it is not there or not whole. */
export function readAccess(file: string): { server: string; ca: string; token: string } | undefined {
  try {
    const config = parse(readFileSync(file, 'utf8')) as {
      clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
      users: { user: { token: string } }[];
    };
    const cluster = config.clusters[0]?.cluster;
    const token = config.users[0]?.user.token;
    if (!cluster || !token) return undefined;
    const ca = Buffer.from(cluster['certificate-authority-data'], 'base64').toString();
    return { server: cluster.server, ca, token };
  } catch {
    return undefined;
  }
}
