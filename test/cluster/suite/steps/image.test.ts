import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Connection } from '../../../../src/cluster/connection.ts';
import { imageStep } from '../../../../src/playbooks/steps/image.ts';
import { fakeProgram } from '../../../support/fake-program.ts';
import { openCluster } from '../../support/cluster.ts';
import { connectTo, stepContext, written } from '../../support/steps.ts';

const cluster = await openCluster();
let connection: Connection;
beforeAll(async () => {
  connection = await connectTo(cluster, 'default');
});
afterAll(async () => {
  delete process.env.TARS_CONSOLE_DOCKER;
  delete process.env.TARS_CONSOLE_IMAGE_ENGINE;
  connection.close();
  await cluster.close();
});

it('where there is no engine the sandbox has a stand-in, and every other cluster an error', async () => {
  const engine = fakeProgram('docker', `console.error('Cannot connect to the daemon'); process.exitCode = 1`);
  process.env.TARS_CONSOLE_DOCKER = engine.path;
  process.env.TARS_CONSOLE_IMAGE_ENGINE = 'docker';
  const config = written(imageStep, { image: { tag: 'tars/backend:1', build: '.' } });
  const { context } = stepContext(connection);
  const result = imageStep.run(config, context);
  if (cluster.on === 'sandbox') expect(await result).toMatchObject({ outputs: { standIn: true } });
  else await expect(result).rejects.toThrow('docker build ended with 1: Cannot connect to the daemon');
});
