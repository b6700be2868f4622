import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { StepDefinition } from '../../../src/playbooks/model.ts';
import { readJournal } from '../../../src/playbooks/runs/journal.ts';
import { openJournalFile } from '../../../src/playbooks/runs/journal-file.ts';
import { createQuestions } from '../../../src/playbooks/runs/questions.ts';
import { runPaths } from '../../../src/playbooks/runs/run-folder.ts';
import { enterLock } from '../../../src/playbooks/runs/run-lock.ts';
import { createRunSink } from '../../../src/playbooks/runs/run-sink.ts';
import { createRunControl } from '../../../src/playbooks/runs/stopping.ts';
import { stepsOf, type Trial, tryRun } from './engine.ts';

const newFolder = () => mkdtempSync(join(tmpdir(), 'tars-console-full-'));

/** A disk that takes this many writes, and of the next one only some bytes. */
function diskFor(writes: number): NonNullable<Trial['open']> {
  let left = writes;
  return (path) => {
    const file = openJournalFile(path);
    return {
      ...file,
      write(bytes) {
        left -= 1;
        if (left >= 0) return file.write(bytes);
        if (left === -1) return file.write(bytes.subarray(0, 7));
        throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      },
    };
  };
}

const steps: Partial<StepDefinition>[] = [
  { id: 'before' },
  { id: 'beside', kind: 'parallel', steps: stepsOf([{ id: 'quick' }, { id: 'slow' }, { id: 'third' }]) },
  { id: 'each', kind: 'foreach', config: { foreach: ['x', 'y'] }, steps: stepsOf([{ id: 'one' }]) },
  { id: 'broken', onFailure: 'rescue', rescue: stepsOf([{ id: 'repair' }]) },
  { id: 'after' },
];

function world() {
  const effects: string[] = [];
  let acting = 0;
  const act: Trial['act'] = async ({ step }, { name }) => {
    acting += 1;
    effects.push(step.id);
    for (let turn = 0; turn < (name === 'slow' ? 20 : 2); turn += 1) await new Promise(setImmediate);
    acting -= 1;
    if (name === 'broken' && effects.filter((id) => id === step.id).length < 9) throw new Error('broken');
    return {};
  };
  return { effects, act, acting: () => acting };
}

test('at whatever record the disk is full, what runs is waited for, nothing more is begun, and resuming ends it', async () => {
  const alone = world();
  const whole = await tryRun({ steps, act: alone.act });
  expect(whole.status).toBe('done');
  expect(whole.records.length).toBeGreaterThan(20);
  for (let full = 0; full < whole.records.length; full += 1) {
    const folder = newFolder();
    const one = world();
    const failed = await tryRun({ steps, act: one.act, folder, open: diskFor(full) }).catch((error: unknown) => error);
    expect(failed).toMatchObject({ message: 'The run cannot be written down: no space is left on the disk' });
    expect({ full, acting: one.acting() }).toEqual({ full, acting: 0 });
    const written = readJournal(runPaths(folder).journal);
    expect(written).toHaveLength(full);
    const intended = written.flatMap((record) => (record.type === 'step-intent' ? [record.step] : []));
    expect(one.effects.filter((id) => !intended.includes(id))).toEqual([]);
    const resumed = await tryRun({ steps, act: one.act, folder });
    expect({ full, status: resumed.status }).toEqual({ full, status: 'done' });
    expect([...new Set(one.effects)].sort()).toEqual([...new Set(alone.effects)].sort());
  }
});

test('an answer that cannot be written down is none; what asked learns of it', async () => {
  const paths = runPaths(newFolder());
  const sink = createRunSink(paths, () => {}, undefined, { open: diskFor(1) });
  const questions = createQuestions({ sink, assumeYes: false, interactive: true, asked: 0 });
  const asked = questions.ask('s', { kind: 'confirm', text: 'Go on?' }, new AbortController().signal);
  await new Promise(setImmediate);
  questions.answer('q1', { kind: 'confirm', yes: true }, 'somebody');
  await expect(asked).rejects.toThrow('no space is left on the disk');
  sink.close();
});

test('a lock that is lost while the disk is full stops the run all the same', async () => {
  const sink = createRunSink(runPaths(newFolder()), () => {}, undefined, { open: diskFor(1) });
  const control = createRunControl();
  const lost = new AbortController();
  const questions = createQuestions({ sink, assumeYes: false, interactive: false, asked: 0 });
  const lock = { state: 'held' as const, lost: lost.signal, release: async () => true };
  await enterLock(lock, { system: 'tars' } as Parameters<typeof enterLock>[1], { sink, questions, control });
  lost.abort('somebody took it over');
  expect(control.stopping.aborted).toBe(true);
  sink.close();
});

test('what still speaks after the end of a run writes nowhere', () => {
  const seen: unknown[] = [];
  const sink = createRunSink(runPaths(newFolder()), (event) => seen.push(event));
  sink.close();
  sink.signal({ type: 'output', at: '2026-11-21T10:00:00.000Z', step: 's', line: 'late' });
  expect(() => sink.record({ type: 'step-intent', step: 's', attempt: 1 })).toThrow('The run is over');
  expect(seen).toEqual([]);
});
