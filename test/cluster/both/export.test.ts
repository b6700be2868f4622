import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { finishProgram } from '../../cli/program-process.ts';
import { deployedObjects } from '../../faults/deployment.ts';
import { startWholeSandbox } from '../../support/whole-sandbox.ts';

const minute = 60_000;
const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;
const secrets = {
  INPUT_JWT_SECRET: 'a-signing-key-that-is-longer-than-32-bytes',
  INPUT_POSTGRES_PASSWORD: 'p4ssw0rd-of-the-database',
};
const given = { ...secrets, INPUT_EMAIL: 'ops@example.com', INPUT_TAG: '9.9.9', INPUT_STORAGE_CLASS: 'standard' };

async function deployed(act: (kubeconfig: string) => Promise<void> | void): Promise<Record<string, unknown>> {
  const sandbox = await startWholeSandbox(50);
  try {
    await act(sandbox.kubeconfig);
    return await deployedObjects({ sandbox: false, kubeconfig: sandbox.kubeconfig });
  } finally {
    await sandbox.close();
  }
}

test.skipIf(!hasKubectl)(
  'an exported script, run with kubectl, leaves the cluster as a run of the playbook does',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tars-console-export-'));
    const script = async (playbook: string) => {
      const file = join(folder, `${playbook}.sh`);
      const { code, stderr } = await finishProgram(['export', `tars/${playbook}`, '--output', file]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: `Written: ${file}\n` });
      return file;
    };
    const files = [await script('configure-secrets'), await script('deploy')];
    const byScript = await deployed(async (kubeconfig) => {
      for (const file of files)
        await new Promise<void>((resolve, reject) => {
          const env = { ...process.env, ...given, KUBECONFIG: kubeconfig };
          execFile('sh', [file], { env, timeout: minute }, (error, _, stderr) =>
            error ? reject(new Error(stderr)) : resolve(),
          );
        });
    });
    const byRun = await deployed(async (kubeconfig) => {
      const run = async (...args: string[]) => {
        const { code, stderr } = await finishProgram(['run', ...args, '--yes', '--kubeconfig', kubeconfig], secrets);
        expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
      };
      const keys = ['--set-env', 'jwtSecret=INPUT_JWT_SECRET', '--set-env', 'postgresPassword=INPUT_POSTGRES_PASSWORD'];
      await run('tars/configure-secrets', ...keys, '--set', `email=${given.INPUT_EMAIL}`);
      await run('tars/deploy', '--set', `tag=${given.INPUT_TAG}`, '--set', `storageClass=${given.INPUT_STORAGE_CLASS}`);
    });
    // Each sandbox has an authority of its own.
    for (const objects of [byScript, byRun]) delete objects['ConfigMap/kube-root-ca.crt'];
    expect(Object.keys(byRun).length).toBeGreaterThan(15);
    expect(byScript).toEqual(byRun);
  },
  3 * minute,
);
