import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { productionContext } from '../../src/cli/run-consents.ts';
import { chooseContext } from '../../src/cluster/connect/contexts.ts';
import { readKubeconfig } from '../../src/cluster/connect/kubeconfig.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tars-console-production-'));
  vi.stubEnv('XDG_CONFIG_HOME', folder);
  vi.stubEnv('TARS_CONSOLE_PRODUCTION', 'prod-*');
});
afterEach(() => vi.unstubAllEnvs());

function kubeconfig(file: string, contexts: Record<string, { server: string; sandbox?: boolean }>): string {
  const path = join(folder, file);
  const names = Object.entries(contexts);
  const mark = [{ name: 'tars-console', extension: { sandbox: true } }];
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: names.map(([name, { server }]) => ({ name, cluster: { server } })),
    users: [],
    contexts: names.map(([name, { sandbox }]) => ({
      name,
      context: { cluster: name, ...(sandbox ? { extensions: mark } : {}) },
    })),
  };
  writeFileSync(path, stringify(config));
  return path;
}

const gateOf = (path: string, context: string) => productionContext({ kubeconfig: path, context, sandbox: false });

describe('a production cluster', () => {
  it('is one by whichever of its contexts it is chosen', () => {
    const path = kubeconfig('config', {
      'prod-eu': { server: 'https://k8s.example.com:6443' },
      harmless: { server: 'https://K8S.example.com.:6443/' },
      test: { server: 'https://test.example.com:6443' },
    });
    expect(gateOf(path, 'prod-eu')).toBe('prod-eu');
    expect(gateOf(path, 'harmless')).toBe('harmless');
    expect(gateOf(path, 'test')).toBeUndefined();
  });

  it('is one under another name in a kubeconfig of its own', () => {
    vi.stubEnv('KUBECONFIG', kubeconfig('usual', { 'prod-eu': { server: 'https://k8s.example.com:6443' } }));
    const copy = kubeconfig('copy', { mine: { server: 'https://k8s.example.com:6443' } });
    expect(gateOf(copy, 'mine')).toBe('mine');
    vi.stubEnv('KUBECONFIG', kubeconfig('broken', {}).replace('broken', 'not-there'));
    expect(gateOf(copy, 'mine')).toBeUndefined();
  });

  it('is one by its address, where a pattern names that', () => {
    const path = kubeconfig('config', { mine: { server: 'https://prod-1.example.com' } });
    expect(gateOf(path, 'mine')).toBe('mine');
  });

  it('is no sandbox because its kubeconfig says so', () => {
    const path = kubeconfig('config', {
      'prod-eu': { server: 'https://k8s.example.com:6443', sandbox: true },
      'prod-localhost': { server: 'https://127.0.0.1.example.com', sandbox: true },
      sandbox: { server: 'https://127.0.0.1:6443', sandbox: true },
    });
    expect(gateOf(path, 'prod-eu')).toBe('prod-eu');
    expect(gateOf(path, 'prod-localhost')).toBe('prod-localhost');
    expect(() => chooseContext(readKubeconfig(path), { context: 'prod-eu', sandbox: true })).toThrow('not a sandbox');
    expect(chooseContext(readKubeconfig(path), { context: 'sandbox', sandbox: true }).sandbox).toBe(true);
  });
});
