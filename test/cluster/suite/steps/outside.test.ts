import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../../../src/cluster/connection.ts';
import { fileStep } from '../../../../src/playbooks/steps/file.ts';
import { imageStep } from '../../../../src/playbooks/steps/image.ts';
import { sshStep } from '../../../../src/playbooks/steps/ssh.ts';
import { fakeProgram } from '../../../support/fake-program.ts';
import { openCluster } from '../../support/cluster.ts';
import { connectTo, stepContext, written } from '../../support/steps.ts';

const cluster = await openCluster();
let connection: Connection;
beforeAll(async () => {
  connection = await connectTo(cluster, 'default');
});
afterAll(async () => {
  for (const name of ['SSH', 'DOCKER', 'IMAGE_ENGINE']) delete process.env[`TARS_CONSOLE_${name}`];
  connection.close();
  await cluster.close();
});

describe('steps that act outside the cluster', () => {
  it('ssh: a script runs on the hosts, and on the sandbox only on this machine', async () => {
    const body = `process.stdout.write(require('node:child_process').execSync('sh', { input: bytes }))`;
    const program = fakeProgram('ssh', body);
    process.env.TARS_CONSOLE_SSH = program.path;
    const { context, said } = stepContext(connection);
    const far = written(sshStep, { ssh: { hosts: ['192.0.2.1'], script: 'echo there' } });
    await sshStep.run(far, context);
    const expected = cluster.on === 'sandbox' ? 'would be done on 192.0.2.1' : '[192.0.2.1] there';
    expect(said.join('\n')).toContain(expected);
    const near = written(sshStep, { ssh: { hosts: ['localhost'], script: 'echo here' } });
    await sshStep.run(near, context);
    expect(said).toContain('[localhost] here');
  });

  it('file: a line comes in and goes again', async () => {
    const { context, folder } = stepContext(connection, { files: { hosts: '127.0.0.1 localhost\n' } });
    const config = written(fileStep, { file: { path: 'hosts', lines: ['127.0.0.1 tars.local'] } });
    const before = await fileStep.before?.(config, context);
    await fileStep.run(config, context);
    expect(readFileSync(join(folder, 'hosts'), 'utf8')).toBe('127.0.0.1 localhost\n127.0.0.1 tars.local\n');
    await fileStep.undo?.(config, context, before);
    expect(readFileSync(join(folder, 'hosts'), 'utf8')).toBe('127.0.0.1 localhost\n');
  });

  it('image: where there is no engine the sandbox has a stand-in, and every other cluster an error', async () => {
    const engine = fakeProgram('docker', `console.error('Cannot connect to the daemon'); process.exitCode = 1`);
    process.env.TARS_CONSOLE_DOCKER = engine.path;
    process.env.TARS_CONSOLE_IMAGE_ENGINE = 'docker';
    const config = written(imageStep, { image: { tag: 'tars/backend:1', build: '.' } });
    const { context } = stepContext(connection);
    const result = imageStep.run(config, context);
    if (cluster.on === 'sandbox') expect(await result).toMatchObject({ outputs: { standIn: true } });
    else await expect(result).rejects.toThrow('docker build ended with 1: Cannot connect to the daemon');
  });
});
