import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Connection } from '../../../../src/cluster/connection.ts';
import { fileStep } from '../../../../src/playbooks/steps/file.ts';
import { openCluster } from '../../support/cluster.ts';
import { connectTo, stepContext, written } from '../../support/steps.ts';

const cluster = await openCluster();
let connection: Connection;
beforeAll(async () => {
  connection = await connectTo(cluster, 'default');
});
afterAll(async () => {
  connection.close();
  await cluster.close();
});

it('a line comes in and goes again', async () => {
  const { context, folder } = stepContext(connection, { files: { hosts: '127.0.0.1 localhost\n' } });
  const config = written(fileStep, { file: { path: 'hosts', lines: ['127.0.0.1 tars.local'] } });
  const before = await fileStep.before?.(config, context);
  await fileStep.run(config, context);
  expect(readFileSync(join(folder, 'hosts'), 'utf8')).toBe('127.0.0.1 localhost\n127.0.0.1 tars.local\n');
  await fileStep.undo?.(config, context, before);
  expect(readFileSync(join(folder, 'hosts'), 'utf8')).toBe('127.0.0.1 localhost\n');
});
