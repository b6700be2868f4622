import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseJournal } from '../../src/playbooks/runs/journal.ts';
import { type Finished, finished, finishProgram, startProgram } from '../cli/program-process.ts';
import {
  cleanUp,
  deployedObjects,
  deployment,
  givenSecrets,
  secrets,
  startFastSandbox,
  stopSandbox,
} from './deployment.ts';
import type { Fault } from './faults.ts';
import { startFaultyProxy } from './proxy.ts';

const sandbox = await startFastSandbox();
const proxy = await startFaultyProxy(sandbox.kubeconfig);
const throughProxy = ['--kubeconfig', proxy.kubeconfig, '--context', 'behind-proxy'];
afterAll(async () => {
  await proxy.close();
  await stopSandbox();
});

let undisturbed: Record<string, unknown> = {};
beforeAll(async () => {
  const { code, stdout } = await finishProgram([...deployment, ...throughProxy], secrets);
  expect({ code, stdout: code === 0 ? '' : stdout }).toEqual({ code: 0, stdout: '' });
  undisturbed = await deployedObjects(sandbox);
  await cleanUp();
}, 60_000);

const troubles: [fault: Fault, said: RegExp][] = [
  ['latency', /$^/],
  [429, /429|too many requests/i],
  [500, /500|etcdserver: request timed out/i],
  [503, /503|unable to handle the request/i],
  ['reset', /broke off/i],
  ['half', /broke off/i],
  ['expired', /$^/],
  ['stale', /./],
  ['skewed', /$^/],
];

test.each(troubles)(
  'a third of all answers is %s: the run ends well, or stops and says it, and goes on once it is over',
  async (fault, said) => {
    await endsWell(said, { begin: () => proxy.break(fault), end: () => proxy.break(undefined) });
  },
);

test('a token runs out in the middle of a run: the plugin is asked for the next one', async () => {
  await endsWell(/$^/, { begin: () => proxy.expireToken(), end: () => {} });
});

// In full as long as an election and a start may take; sampled longer than a request is tried again.
const awayMs = process.env.FULL ? 60_000 : 20_000;

test('the API server goes away in the middle of a run and comes back', async () => {
  const begin = () => {
    proxy.goAway();
    setTimeout(() => proxy.comeBack(), awayMs);
  };
  await endsWell(/cannot be reached|broke off|does not answer|refused/i, { begin, end: () => proxy.comeBack() });
});

/** Deploys, lets trouble begin once the run has, and resumes once it is over where that is needed. */
async function endsWell(said: RegExp, trouble: { begin: () => void; end: () => void }): Promise<void> {
  const before = proxy.counts().faults;
  const ended = await runIntoTrouble(trouble.begin);
  trouble.end();
  expect(proxy.counts().faults).toBeGreaterThan(before);
  expect(ended.stdout).not.toContain('A fault of tars-console itself');
  const [first] = parseJournal(ended.stdout);
  if (first?.type !== 'run-started') throw new Error(`the run has no first record: ${ended.stderr}`);
  if (ended.code !== 0) {
    const results = parseJournal(ended.stdout).filter(({ type }) => type === 'step-result');
    // 1: something could not be done; 3: something could not be looked at.
    expect([1, 3]).toContain(ended.code);
    expect(JSON.stringify(results)).toMatch(said);
    const resumed = await finishProgram(['resume', first.run.id, '--yes', ...givenSecrets], secrets);
    expect({ code: resumed.code, text: resumed.code === 0 ? '' : resumed.stdout + resumed.stderr }).toEqual({
      ...{ code: 0, text: '' },
    });
  }
  expect(await deployedObjects(sandbox)).toEqual(undisturbed);
  expect((await cleanUp()).code).toBe(0);
}

async function runIntoTrouble(begin: () => void): Promise<Finished> {
  const starter = startProgram([...deployment, ...throughProxy, '--output', 'ndjson'], secrets);
  let text = '';
  let begun = false;
  starter.stdout?.on('data', (chunk) => {
    text += chunk;
    // Once a step has: a cluster that answers nothing at all is another test's.
    if (begun || !text.includes('"step-intent"')) return;
    begun = true;
    begin();
  });
  return finished(starter);
}
