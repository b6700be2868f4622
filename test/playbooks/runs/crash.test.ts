import { EventEmitter } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Crash, orCrash, untilCrash } from '../../../src/playbooks/runs/crash.ts';
import { readJournal } from '../../../src/playbooks/runs/journal.ts';
import { recordBadEnd } from '../../../src/playbooks/runs/run-ending.ts';
import { runPaths } from '../../../src/playbooks/runs/run-folder.ts';
import { createRunSink } from '../../../src/playbooks/runs/run-sink.ts';
import { createRunControl } from '../../../src/playbooks/runs/stopping.ts';

const secret = 'correct-horse-battery';

function crashing() {
  const faults = new EventEmitter();
  const paths = runPaths(mkdtempSync(join(tmpdir(), 'tars-console-crash-')));
  const sink = createRunSink(paths, () => {});
  sink.masker.add(secret);
  const control = createRunControl();
  return { faults, crashed: untilCrash(faults as NodeJS.Process), paths, sink, control };
}

test.each(['uncaughtException', 'unhandledRejection'])(
  'an %s ends a run with a record and an exit code, and no secret in what is said of it',
  async (name) => {
    const { faults, crashed, paths, sink, control } = crashing();
    // What runs leaves off as soon as it is told to.
    const work = new Promise((_, reject) => control.now.addEventListener('abort', () => reject(control.now.reason)));
    const ended = orCrash(work, crashed, { control, sink });
    faults.emit(name, new TypeError(`no property of ${secret}`));
    faults.emit(name, new Error('a second one changes nothing'));
    const error = await ended.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TypeError);
    expect(recordBadEnd({ sink }, error)).toBe(1);
    sink.close();
    expect(readJournal(paths.journal)).toMatchObject([
      {
        ...{ type: 'run-ended', status: 'failed', exitCode: 1 },
        summary: 'A fault of tars-console itself: no property of ••••••',
      },
    ]);
    const output = readFileSync(paths.output, 'utf8');
    expect(output).toMatch(/tars-console TypeError: no property of ••••••\n.* {4}at /);
    expect(output + readFileSync(paths.journal, 'utf8')).not.toContain(secret);
  },
);

test('without a crash the work’s own result or error counts, and one before it began ends it at once', async () => {
  const { faults, crashed, sink, control } = crashing();
  const run = <T>(work: Promise<T>) => orCrash(work, crashed, { control, sink });
  expect(await run(Promise.resolve(3))).toBe(3);
  await expect(run(Promise.reject(new Error('its own')))).rejects.toThrow('its own');
  expect(control.now.aborted).toBe(false);
  faults.emit('unhandledRejection', 'only a text');
  await expect(crashed).rejects.toThrow(Crash);
  const work = new Promise((_, reject) => control.now.addEventListener('abort', () => reject(new Error('left'))));
  await expect(run(work)).rejects.toBe('only a text');
  sink.close();
});
