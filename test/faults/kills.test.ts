import { existsSync, readdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readJournal } from '../../src/playbooks/runs/journal.ts';
import { runPaths, runsFolder } from '../../src/playbooks/runs/run-folder.ts';
import { finished, finishProgram, startProgram } from '../cli/program-process.ts';
import {
  cleanUp,
  deployedObjects,
  deployment,
  faultsOf,
  givenSecrets,
  secrets,
  startFastSandbox,
  stopSandbox,
} from './deployment.ts';

const sandbox = await startFastSandbox();
afterAll(stopSandbox);

let undisturbed: Record<string, unknown> = {};
let records = 0;
beforeAll(async () => {
  const { code, stdout } = await finishProgram([...deployment, '--sandbox'], secrets);
  expect({ code, stdout: code === 0 ? '' : stdout }).toEqual({ code: 0, stdout: '' });
  undisturbed = await deployedObjects(sandbox);
  records = readJournal(runPaths(newestFolder([])).journal).length;
  await cleanUp();
}, 60_000);

test('the undisturbed run is worth comparing with', () => {
  expect(Object.keys(undisturbed)).toEqual(
    expect.arrayContaining(['Deployment/tars-backend', 'Secret/tars-secrets', 'HorizontalPodAutoscaler/tars-backend']),
  );
  expect(records).toBeGreaterThan(40);
});

// A run without its load test has some sixty records; what is skipped at its end leaves nothing to kill.
const last = 56;
const every = process.env.FULL ? 1 : 11;
const places = Array.from({ length: Math.ceil(last / every) }, (_, index) => 1 + index * every);

test.each(places)('killed after record %i and resumed, a run ends as one that was left alone', async (place) => {
  const before = existsSync(runsFolder()) ? readdirSync(runsFolder()) : [];
  const starter = startProgram([...deployment, '--sandbox'], secrets);
  const starterEnded = finished(starter);
  const { folder, seq } = await killAfter(place, before);
  expect((await starterEnded).code).not.toBe(0);

  const id = folder.split('/').at(-1) ?? '';
  const resumed = await finishProgram(['resume', id, '--yes', ...givenSecrets], secrets);
  expect({ seq, code: resumed.code, text: resumed.code === 0 ? '' : resumed.stdout + resumed.stderr }).toEqual({
    ...{ seq, code: 0, text: '' },
  });
  expect(faultsOf(readJournal(runPaths(folder).journal))).toEqual([]);
  expect(await deployedObjects(sandbox)).toEqual(undisturbed);
  expect((await cleanUp()).code).toBe(0);
});

/** Kills the runner of the run that is about to begin as soon as its journal has so many records. */
async function killAfter(place: number, before: readonly string[]): Promise<{ folder: string; seq: number }> {
  for (;;) {
    const folder = newestFolder(before);
    const journal = folder === '' ? [] : readJournal(runPaths(folder).journal);
    const [first] = journal;
    const { seq = 0 } = journal.at(-1) ?? {};
    if (first?.type === 'run-started' && seq >= place) {
      process.kill(first.pid, 'SIGKILL');
      return { folder, seq };
    }
    await wait(1);
  }
}

function newestFolder(before: readonly string[]): string {
  const [name] = existsSync(runsFolder()) ? readdirSync(runsFolder()).filter((one) => !before.includes(one)) : [];
  return name === undefined ? '' : `${runsFolder()}/${name}`;
}
