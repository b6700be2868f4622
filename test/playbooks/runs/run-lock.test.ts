import { expect, it } from 'vitest';
import type { RunHeader } from '../../../src/playbooks/runs/events.ts';
import type { Execution } from '../../../src/playbooks/runs/execution.ts';
import type { RecordBody } from '../../../src/playbooks/runs/journal-writer.ts';
import { requireTyped } from '../../../src/playbooks/runs/production.ts';
import { enterLock, leaveLock } from '../../../src/playbooks/runs/run-lock.ts';
import { createRunControl } from '../../../src/playbooks/runs/stopping.ts';

const header = { system: 'tars', steps: [{ id: 'first' }] } as RunHeader;

function execution(yes: boolean) {
  const records: RecordBody[] = [];
  const asked: string[] = [];
  const control = createRunControl();
  const run = {
    sink: { record: (body: RecordBody) => void records.push(body) },
    questions: {
      async ask(step: string, { text }: { text: string }) {
        asked.push(`${step}: ${text}`);
        return { kind: 'confirm', yes };
      },
    },
    control,
  } as unknown as Execution;
  return { run, records, asked, control };
}

it('a run that nothing guards says so and asks', async () => {
  const lock = { state: 'unguarded', note: 'no right' } as const;
  const agreed = execution(true);
  await enterLock(lock, header, agreed.run);
  expect(agreed.records).toEqual([{ type: 'lock', state: 'unguarded', note: 'no right' }]);
  expect(agreed.asked).toEqual(['first: Nothing keeps another run from tars meanwhile. Run it all the same?']);
  await expect(enterLock(lock, header, execution(false).run)).rejects.toThrow('It was not run');
});

it('a lock that is lost stops the run after its running effects, and its end says why', async () => {
  const lost = new AbortController();
  const { run, records, control } = execution(true);
  const lock = { state: 'held', lost: lost.signal, release: async () => false } as const;
  await enterLock(lock, header, run);
  expect(control.stopping.aborted).toBe(false);
  lost.abort('eve@far took the lock over, for the run x');
  expect(control.stopping.aborted).toBe(true);
  expect(control.now.aborted).toBe(false);
  expect(records.at(-1)).toEqual({ type: 'lock', state: 'lost', note: 'eve@far took the lock over, for the run x' });
  expect(await leaveLock(lock, run)).toBe('its lock was lost: eve@far took the lock over, for the run x');
});

it('a lock that is freed is recorded, and a run without one records nothing', async () => {
  const { run, records } = execution(true);
  const lock = { state: 'held', lost: new AbortController().signal, release: async () => true } as const;
  expect(await leaveLock(lock, run)).toBeUndefined();
  await enterLock(undefined, header, run);
  expect(await leaveLock(undefined, run)).toBeUndefined();
  expect(records).toEqual([{ type: 'lock', state: 'released' }]);
});

it('production runs only with its very name', () => {
  requireTyped('prod', { confirmedContext: 'prod' });
  for (const confirmedContext of [undefined, '', 'Prod', 'prod '])
    expect(() => requireTyped('prod', { confirmedContext })).toThrow('The context prod is production');
});
