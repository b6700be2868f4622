import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latencySample } from '../../../src/playbooks/steps/watch/latency-sample.ts';
import type { WatchConfig } from '../../../src/playbooks/steps/watch/shape.ts';
import { afterLook, beginWatching, type Look } from '../../../src/playbooks/steps/watch/watching.ts';
import { watchStep } from '../../../src/playbooks/steps/watch.ts';
import { stepWithoutCluster } from './step-without-cluster.ts';

const looks = fc.array(fc.array(fc.constantFrom(true, false, undefined), { minLength: 2, maxLength: 2 }), {
  maxLength: 30,
});
const tolerances = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 2, maxLength: 2 });

/** What ends it by the rule in words: the first look at which a limit was not kept once more than is tolerated, in a row. */
function endOf(all: readonly Look[], tolerate: readonly number[]): { look: number; limit: number } | undefined {
  for (const [look] of all.entries())
    for (const [limit, times] of tolerate.entries()) {
      const last = all.slice(Math.max(0, look - times), look + 1);
      if (last.length === times + 1 && last.every((one) => one[limit] !== true)) return { look, limit };
    }
  return undefined;
}

describe('watching', () => {
  it('ends at the first look that breaks a limit once more in a row than is tolerated, and never otherwise', () => {
    fc.assert(
      fc.property(looks, tolerances, (all, tolerate) => {
        const end = endOf(all, tolerate);
        const watching = all.reduce((before, look) => afterLook(before, look, tolerate), beginWatching(2));
        expect(watching.ended?.limit).toBe(end?.limit);
        expect(watching.looks).toBe(end ? end.look + 1 : all.length);
        if (end) expect(watching.ended?.why).toBe(all[end.look]?.[end.limit] === undefined ? 'unknown' : 'broken');
      }),
    );
  });

  it('shows latency only where something was answered', () => {
    const names = { p50: 'a', p95: 'b', p99: 'c' };
    expect(latencySample(names, { a: 1, b: 2, c: null }, 5)).toBeUndefined();
    expect(latencySample(names, { a: 1, b: 2, c: 3 }, 5)).toMatchObject({ t: 5, latency: { p50: 1, p95: 2, p99: 3 } });
  });
});

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: they are a playbook's.
const watch: WatchConfig['watch'] = {
  for: '${{ inputs.time }}',
  every: '10ms',
  collect: { marker: { file: 'broken' } },
  limits: [
    {
      title: 'Nothing is broken',
      expect: 'marker == null',
      observed: '${{ marker == null ? "well" : "broken" }}',
      tolerate: 1,
    },
  ],
  say: 'it is ${{ marker == null ? "well" : "broken" }}',
  offer: { text: 'Goes back', label: 'go back' },
};
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: they are a playbook's.

describe('a step that watches', () => {
  it('is over when its time is, with what it saw', async () => {
    const { context } = stepWithoutCluster({ scope: { inputs: { time: '50ms' } } });
    const progress: string[] = [];
    const result = await watchStep.run({ watch }, { ...context, progress: (text) => void progress.push(text) });
    expect(result).toMatchObject({ outputs: { ended: 'over' }, findings: [{ level: 'ok', observed: 'well' }] });
    expect(result.status).toBeUndefined();
    expect(progress[0]).toMatch(/^it is well; 0\.\ds left$/);
  });

  it('ends at once and is not met when a limit is broken more often than is tolerated', async () => {
    const { context, folder } = stepWithoutCluster({ scope: { inputs: { time: '1h' } } });
    writeFileSync(join(folder, 'broken'), '');
    const result = await watchStep.run({ watch }, context);
    expect(result).toMatchObject({
      status: 'not-met',
      summary: expect.stringMatching(/: Nothing is broken: broken$/),
      outputs: { ended: 'limit', looks: 2, limit: 'Nothing is broken' },
    });
  });

  it('ends at once and is not met when a person takes up what it offers', async () => {
    const { context } = stepWithoutCluster({ scope: { inputs: { time: '1h' } } });
    const offered: string[] = [];
    const offer = async ({ label }: { label: string }) => {
      offered.push(label);
      return true;
    };
    const result = await watchStep.run({ watch: { ...watch, every: '1h' } }, { ...context, offer });
    expect(offered).toEqual(['go back']);
    expect(result).toMatchObject({ status: 'not-met', outputs: { ended: 'person' } });
  });

  it('withdraws its offer when it is over', async () => {
    const { context } = stepWithoutCluster({ scope: { inputs: { time: '20ms' } } });
    let withdrawn = false;
    const offer = (_: unknown, signal: AbortSignal) =>
      new Promise<boolean>((resolve) => {
        signal.addEventListener('abort', () => {
          withdrawn = true;
          resolve(false);
        });
      });
    await watchStep.run({ watch }, { ...context, offer });
    expect(withdrawn).toBe(true);
  });

  it('ends when what it watches cannot be looked at', async () => {
    const { context } = stepWithoutCluster({ scope: { inputs: { time: '1h' } } });
    const blind = { ...watch, collect: { marker: { list: 'v1/Pod' } } };
    const result = await watchStep.run({ watch: blind }, context);
    expect(result).toMatchObject({ status: 'not-met', outputs: { ended: 'unknown' } });
  });
});
