import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { writeCertificates } from '../control-plane/certificates.ts';
import { bothAnswerTheSame, titled } from './compare.ts';
import { asking } from './script/asking.ts';
import { changing } from './script/changing.ts';
import { creating } from './script/creating.ts';
import { describing } from './script/describing.ts';
import { getting } from './script/getting.ts';
import { rolling } from './script/rolling.ts';
import { openTwoServers } from './two-servers.ts';

const namespace = `kubectl-${process.pid}`;
const servers = await openTwoServers(namespace);
const { sandbox, real, close } = servers;

beforeAll(async () => {
  await writeCertificates(sandbox.folder);
  // The same on both: their bytes are compared.
  for (const file of ['server.crt', 'server.key']) copyFileSync(join(sandbox.folder, file), join(real.folder, file));
  for (const server of [sandbox, real]) await server.run('kubectl', ['create', 'namespace', namespace]);
});

afterAll(async () => {
  for (const name of [namespace, `${namespace}-more`]) await real.http.remove(`/api/v1/namespaces/${name}`);
  await close();
});

// One after the other: each finds what those before it made.
describe.each([
  ['creating', creating],
  ['getting', getting],
  ['describing', describing],
  ['asking', asking],
  ['changing', changing],
  ['rolling', rolling],
])('%s', (_, steps) => {
  it.each(titled(steps))('%s', (__, step) => bothAnswerTheSame(servers, step, namespace));
});
