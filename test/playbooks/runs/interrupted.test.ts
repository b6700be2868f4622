import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Earlier, readEarlier } from '../../../src/playbooks/runs/earlier.ts';
import { readJournal } from '../../../src/playbooks/runs/journal.ts';
import { runPaths } from '../../../src/playbooks/runs/run-folder.ts';
import { type Tried, tryRun } from './engine.ts';
import { createWorld, type Drawn, orderFaults, playbooks } from './random-playbooks.ts';

interface Interruption {
  after: number;
  how: 'kill' | 'stop';
}

const interruptions = fc.array(
  fc.record({ after: fc.integer({ min: 1, max: 40 }), how: fc.constantFrom<Interruption['how']>('kill', 'stop') }),
  { minLength: 1, maxLength: 3 },
);

/** Runs until so many records are there; of what was killed nothing is left that was written later. */
async function runUntil(
  drawn: Drawn,
  world: ReturnType<typeof createWorld>,
  folder: string,
  { after, how }: Interruption,
) {
  const { journal } = runPaths(folder);
  let count = 0;
  const tried = await tryRun({
    ...{ steps: [], playbook: drawn.playbook, act: world.act, folder },
    onEvent(event, { control }) {
      if (!('seq' in event)) return;
      count += 1;
      if (count === after) how === 'kill' ? control.stopNow() : control.stop();
    },
  });
  if (how === 'stop' || count <= after) return tried;
  const lines = readFileSync(journal, 'utf8').split('\n');
  const kept = lines.slice(0, lines.length - 1 - (count - after));
  writeFileSync(journal, kept.map((line) => `${line}\n`).join(''));
  return tried;
}

function endsOf({ records }: Pick<Tried, 'records'>): Record<string, string> {
  const ends = new Map<string, string>();
  for (const record of records) if (record.type === 'step-result') ends.set(record.step, record.status);
  return Object.fromEntries([...ends].sort());
}

function openIn(folder: string): Earlier['open'] {
  return readEarlier(readJournal(runPaths(folder).journal)).open;
}

const quick = { numRuns: 50 };

test('however often it is interrupted, a run ends with the results and the effects of one that was left alone', async () => {
  await fc.assert(
    fc.asyncProperty(playbooks(true), interruptions, async (drawn, breaks) => {
      const alone = createWorld();
      const whole = await tryRun({ steps: [], playbook: drawn.playbook, act: alone.act });
      expect(orderFaults(whole.records, drawn.lists)).toEqual([]);
      expect(whole.records.length).toBeGreaterThan(0);

      const world = createWorld();
      const folder = mkdtempSync(join(tmpdir(), 'tars-console-run-'));
      const mayRepeat = new Map<string, number>();
      for (const one of breaks) {
        await runUntil(drawn, world, folder, one);
        for (const id of openIn(folder)) {
          const [, item = ''] = /\/([xy])\//.exec(id) ?? [];
          const key = `${id.slice(id.lastIndexOf('/') + 1)} ${item}`.trim();
          mayRepeat.set(key, (mayRepeat.get(key) ?? 0) + 1);
        }
      }
      const last = await tryRun({ steps: [], playbook: drawn.playbook, act: world.act, folder });
      expect(endsOf(last)).toEqual(endsOf(whole));
      expect(last.status).toBe(whole.status);
      expect([...new Set(world.effects)].sort()).toEqual([...alone.effects].sort());
      for (const effect of new Set(world.effects)) {
        const times = world.effects.filter((one) => one === effect).length;
        expect({ effect, tooOften: times > 1 + (mayRepeat.get(effect) ?? 0) }).toEqual({ effect, tooOften: false });
      }
    }),
    quick,
  );
}, 60_000);

test('whatever fails, nothing begins before what it needs has ended, or beside more than it may', async () => {
  await fc.assert(
    fc.asyncProperty(playbooks(false), async (drawn) => {
      const tried = await tryRun({ steps: [], playbook: drawn.playbook, act: createWorld().act });
      expect(orderFaults(tried.records, drawn.lists)).toEqual([]);
      const failed = tried.records.some((record) => record.type === 'step-result' && record.status === 'failed');
      if (!failed) expect(tried.status).toBe('done');
    }),
    quick,
  );
}, 60_000);
