import { describe, expect, it } from 'vitest';
import { eventAsTyped } from '../../src/app/as-typed.ts';
import type { RunEvent } from '../../src/playbooks/runs/events.ts';

// As the real one it takes the name as well, which is nobody's index.
const typed = (text: string, name: unknown = 'npx tars-console') => text.replaceAll('tars-console', String(name));
const record = { v: 1, seq: 1, at: '' };

describe('hints of a run', () => {
  it('name commands as they can be typed here: what comes next, what repairs, what to do', () => {
    const ended: RunEvent = {
      ...record,
      type: 'run-ended',
      status: 'done',
      exitCode: 0,
      summary: 'x',
      next: ['tars-console runs'],
    };
    expect(eventAsTyped(ended, typed)).toEqual({ ...ended, next: ['npx tars-console runs'] });
    const finding = { title: 't', level: 'fatal', expected: '', observed: '', repair: 'tars-console run a' } as const;
    const failed: RunEvent = {
      ...record,
      type: 'step-result',
      step: 's',
      status: 'failed',
      ms: 1,
      findings: [finding, { ...finding, repair: undefined } as never],
      problem: { message: 'tars-console says no', next: ['tars-console status tars'] },
    };
    expect(eventAsTyped(failed, typed)).toMatchObject({
      findings: [{ repair: 'npx tars-console run a' }, {}],
      problem: { message: 'tars-console says no', next: ['npx tars-console status tars'] },
    });
  });
});
