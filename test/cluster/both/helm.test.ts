import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { bothAnswerTheSame, titled } from './compare.ts';
import { releasing } from './script/releasing.ts';
import { openTwoServers } from './two-servers.ts';

const namespace = `helm-${process.pid}`;
const servers = await openTwoServers(namespace);
const { sandbox, real, close } = servers;

beforeAll(async () => {
  for (const server of [sandbox, real]) {
    cpSync(new URL('../fixtures/chart', import.meta.url), join(server.folder, 'chart'), { recursive: true });
    await server.run('kubectl', ['create', 'namespace', namespace]);
    await server.http.until(`/api/v1/namespaces/${namespace}/serviceaccounts/default`, ({ status }) => status === 200);
  }
});

afterAll(async () => {
  await real.http.remove(`/api/v1/namespaces/${namespace}`);
  await real.http.remove('/apis/apiextensions.k8s.io/v1/customresourcedefinitions/backups.chart.example.com');
  await close();
});

// One after the other: each finds what those before it made.
describe('releasing', () => {
  it.each(titled(releasing))('%s', (_, step) => bothAnswerTheSame(servers, step, namespace));
});
