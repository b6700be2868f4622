import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Problem } from '../../src/base/errors.ts';
import { connect } from '../../src/cluster/connect/connect.ts';
import { listContexts } from '../../src/cluster/connect/contexts.ts';
import { readKubeconfig } from '../../src/cluster/connect/kubeconfig.ts';
import { probeContext } from '../../src/cluster/probe-context.ts';
import { json, startFakeCluster, writeKubeconfig } from '../support/cluster.ts';

afterEach(() => {
  delete process.env.KUBECONFIG;
});

function write(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'tars-console-kubeconfig-')), 'config');
  writeFileSync(file, text);
  return file;
}

const sandboxed = [{ name: 'tars-console', extension: { sandbox: true, speed: 5 } }];

describe('contexts', () => {
  it('are listed with the current one first, and the sandbox is known by its extension', () => {
    const real = writeKubeconfig({ server: 'https://real:6443', context: 'real' });
    const sandbox = writeKubeconfig({ server: 'https://127.0.0.1:1', context: 'sandbox', extensions: sandboxed });
    process.env.KUBECONFIG = [sandbox, '/does/not/exist', real].join(delimiter);
    expect(listContexts()).toEqual([
      {
        name: 'sandbox',
        server: 'https://127.0.0.1:1',
        namespace: 'tars',
        user: 'sandbox',
        current: true,
        sandbox: true,
        otherNames: [],
        speed: 5,
      },
      {
        name: 'real',
        server: 'https://real:6443',
        namespace: 'tars',
        user: 'real',
        current: false,
        sandbox: false,
        otherNames: [],
      },
    ]);
  });

  it('of a file that was not named and does not exist are none', () => {
    const home = process.env.HOME;
    process.env.HOME = mkdtempSync(join(tmpdir(), 'tars-console-home-'));
    try {
      expect(listContexts()).toEqual([]);
    } finally {
      process.env.HOME = home;
    }
  });

  it('that are missing are answered with the nearest one', async () => {
    const kubeconfig = writeKubeconfig({ server: 'https://real:6443', context: 'production' });
    const error = await connect({ kubeconfig, context: 'prodution', sandbox: false }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(Problem);
    expect(error.message).toBe('The kubeconfig has no context "prodution"');
    expect(error.next).toEqual(['Did you mean --context production?']);
  });

  it('that are not a sandbox are not taken for one', async () => {
    const kubeconfig = writeKubeconfig({ server: 'https://real:6443' });
    await expect(connect({ kubeconfig, sandbox: true })).rejects.toThrow('is not a sandbox');
  });
});

describe('a kubeconfig', () => {
  it('that is missing says what to do', () => {
    expect(() => readKubeconfig('/does/not/exist')).toThrow('There is no kubeconfig at /does/not/exist');
  });

  it('that is broken names the line', () => {
    const file = write('contexts:\n  - name: a\n   context: [\n');
    const read = () => readKubeconfig(file);
    expect(read).toThrow('not valid YAML');
    try {
      read();
    } catch (error) {
      expect((error as Problem).where).toMatch(/config:\d+$/);
    }
  });

  it('that is something else is called so', () => {
    expect(() => readKubeconfig(write('hello: world\n'))).toThrow('not a kubeconfig');
  });

  it('gives paths in it from its own folder', () => {
    const file = write(
      'clusters: [{name: a, cluster: {server: "https://a", certificate-authority: ca.crt}}]\n' +
        'users: [{name: a, user: {exec: {command: ./login}}}, {name: b, user: {exec: {command: aws}}}]\n',
    );
    const config = readKubeconfig(file);
    expect(config.clusters.get('a')?.['certificate-authority']).toBe(join(file, '..', 'ca.crt'));
    expect(config.users.get('a')?.exec).toEqual({ command: join(file, '..', 'login') });
    expect(config.users.get('b')?.exec).toEqual({ command: 'aws' });
  });
});

describe('a probe', () => {
  it('tells the version, or why there is none', async () => {
    const cluster = await startFakeCluster((_, response) => json(response, { gitVersion: 'v1.36.2' }));
    const choice = { kubeconfig: cluster.kubeconfig, sandbox: false };
    expect(await probeContext(choice)).toEqual({ reachable: true, version: 'v1.36.2' });
    await cluster.close();
    expect(await probeContext(choice)).toMatchObject({
      reachable: false,
      reason: expect.stringContaining('Nothing listens'),
    });
  });
});
