import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCertificates } from '../control-plane/certificates.ts';
import { asking } from './script/asking.ts';
import { changing } from './script/changing.ts';
import { creating } from './script/creating.ts';
import { describing } from './script/describing.ts';
import { getting } from './script/getting.ts';
import { rolling } from './script/rolling.ts';
import { runStep, type Step } from './step.ts';
import { openTwoServers } from './two-servers.ts';

const namespace = `kubectl-${process.pid}`;
const { sandbox, real, close } = await openTwoServers(namespace);

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

async function bothAnswerTheSame(step: Step): Promise<void> {
  const [ours, theirs] = await Promise.all([runStep(sandbox, step, namespace), runStep(real, step, namespace)]);
  expect(theirs.text, 'the real control plane').toMatch(step.shows);
  expect(theirs.code, theirs.text).toBe(step.code ?? 0);
  expect(ours).toEqual(theirs);
}

// One after the other: each finds what those before it made.
describe.each([
  ['creating', creating],
  ['getting', getting],
  ['describing', describing],
  ['asking', asking],
  ['changing', changing],
  ['rolling', rolling],
])('%s', (_, steps) => {
  it.each(
    steps.map((step, at) => [`${at + 1}. ${step.run}${step.account ? ` as ${step.account}` : ''}`, step] as const),
  )('%s', (__, step) => bothAnswerTheSame(step));
});
