import { appendFileSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { readJournal } from '../../src/playbooks/runs/journal.ts';
import { runPaths, runsFolder } from '../../src/playbooks/runs/run-folder.ts';
import { finishProgram } from '../cli/program-process.ts';
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
import { createLuck, type Killed, reached, runFolders, startAndKill } from './killing.ts';

const sandbox = await startFastSandbox();
afterAll(stopSandbox);

const command = { args: [...deployment, '--sandbox'], env: secrets };
const { undisturbed, records } = await leaveAlone();

test('the undisturbed run is worth comparing with', () => {
  expect(Object.keys(undisturbed)).toEqual(
    expect.arrayContaining(['Deployment/tars-backend', 'Secret/tars-secrets', 'HorizontalPodAutoscaler/tars-backend']),
  );
  expect(records).toBeGreaterThan(40);
});

// As many as a run that was left alone has; the last one is its end.
const every = process.env.FULL ? 1 : Math.ceil((records - 1) / 6);
const places = Array.from({ length: Math.ceil((records - 1) / every) }, (_, index) => 1 + index * every);

test.each(places)('killed after record %i and resumed, a run ends as one that was left alone', async (place) => {
  await endsAsLeftAlone(await startAndKill(command, ({ folder }) => reached(folder, place)));
});

/** A hundred times in full: an instant within a run, and how much of a record that was being written is left of it. */
const luck = createLuck(Number(process.env.SEED ?? 20_261_121));
const moments = Array.from({ length: process.env.FULL ? 100 : 3 }, () => [Math.round(luck() * 2500), luck()] as const);

test.each(moments)(
  'killed %i ms after its first record, with the part %d of a record behind it, a resumed run ends as one that was left alone',
  async (ms, part) => {
    const killed = await startAndKill(command, () => wait(ms));
    const { journal } = runPaths(killed.folder);
    const torn = readFileSync(journal, 'utf8').split('\n').at(-2) ?? '';
    appendFileSync(journal, torn.slice(0, Math.floor(torn.length * part)));
    await endsAsLeftAlone(killed);
  },
);

async function leaveAlone() {
  const { code, stdout } = await finishProgram(command.args, secrets);
  if (code !== 0) throw new Error(`the undisturbed run ended with ${code}: ${stdout}`);
  const objects = await deployedObjects(sandbox);
  const [id = ''] = runFolders();
  const { length } = readJournal(runPaths(`${runsFolder()}/${id}`).journal);
  await cleanUp();
  return { undisturbed: objects, records: length };
}

async function endsAsLeftAlone({ id, folder, seq, over }: Killed): Promise<void> {
  if (!over) {
    const resumed = await finishProgram(['resume', id, '--yes', ...givenSecrets], secrets);
    expect({ seq, code: resumed.code, text: resumed.code === 0 ? '' : resumed.stdout + resumed.stderr }).toEqual({
      ...{ seq, code: 0, text: '' },
    });
  }
  expect(faultsOf(readJournal(runPaths(folder).journal))).toEqual([]);
  expect(await deployedObjects(sandbox)).toEqual(undisturbed);
  expect((await cleanUp()).code).toBe(0);
}
