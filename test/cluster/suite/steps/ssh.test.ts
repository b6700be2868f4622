import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Connection } from '../../../../src/cluster/connection.ts';
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
  delete process.env.TARS_CONSOLE_SSH;
  connection.close();
  await cluster.close();
});

it('a script runs on the hosts, and on the sandbox only on this machine', async () => {
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
