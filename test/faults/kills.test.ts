import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
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
  const killed = await startAndKill((before) => killAfter(place, before));
  await endsAsLeftAlone(killed);
});

/** A hundred times in full: an instant within a run, and how much of a record that was being written is left of it. */
const luck = createLuck(Number(process.env.SEED ?? 20_261_121));
const moments = Array.from({ length: process.env.FULL ? 100 : 3 }, () => [Math.round(luck() * 2500), luck()] as const);

test.each(moments)(
  'killed %i ms after its first record, with the part %d of a record behind it, a resumed run ends as one that was left alone',
  async (ms, part) => {
    const killed = await startAndKill(async (before) => {
      const { folder, pid } = await begun(before, 1);
      await wait(ms);
      return kill(folder, pid);
    });
    const torn = readFileSync(runPaths(killed.folder).journal, 'utf8').split('\n').at(-2) ?? '';
    appendFileSync(runPaths(killed.folder).journal, torn.slice(0, Math.floor(torn.length * part)));
    await endsAsLeftAlone(killed);
  },
);

interface Killed {
  folder: string;
  seq: number;
  /** It was over before it could be killed. */
  over: boolean;
}

async function startAndKill(stop: (before: readonly string[]) => Promise<Killed>): Promise<Killed> {
  const before = existsSync(runsFolder()) ? readdirSync(runsFolder()) : [];
  const starterEnded = finished(startProgram([...deployment, '--sandbox'], secrets));
  const killed = await stop(before);
  const { code } = await starterEnded;
  if (!killed.over) expect(code).not.toBe(0);
  return killed;
}

async function endsAsLeftAlone({ folder, seq, over }: Killed): Promise<void> {
  const id = folder.split('/').at(-1) ?? '';
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

/** Kills the runner of the run that is about to begin as soon as its journal has so many records. */
async function killAfter(place: number, before: readonly string[]): Promise<Killed> {
  const { folder, pid } = await begun(before, place);
  return kill(folder, pid);
}

/** The run that is about to begin, once its journal has so many records. */
async function begun(before: readonly string[], place: number): Promise<{ folder: string; pid: number }> {
  for (;;) {
    const folder = newestFolder(before);
    const journal = folder === '' ? [] : readJournal(runPaths(folder).journal);
    const [first] = journal;
    const { seq = 0 } = journal.at(-1) ?? {};
    if (first?.type === 'run-started' && seq >= place) return { folder, pid: first.pid };
    await wait(1);
  }
}

function kill(folder: string, pid: number): Killed {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
  const last = readJournal(runPaths(folder).journal).at(-1);
  return { folder, seq: last?.seq ?? 0, over: last?.type === 'run-ended' };
}

/** Numbers from 0 to 1 that follow from the seed (mulberry32). */
function createLuck(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function newestFolder(before: readonly string[]): string {
  const [name] = existsSync(runsFolder()) ? readdirSync(runsFolder()).filter((one) => !before.includes(one)) : [];
  return name === undefined ? '' : `${runsFolder()}/${name}`;
}
