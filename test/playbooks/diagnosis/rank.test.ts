import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FoundFinding, inOrder, type RankedCause, rankFindings } from '../../../src/playbooks/diagnosis/rank.ts';
import type { Finding } from '../../../src/playbooks/finding.ts';

const found = (id: string, more: Partial<Finding> = {}, diagnosis = 'notes/pods'): FoundFinding => ({
  finding: { id, title: id, level: 'fatal', expected: 'so', observed: 'not', ...more },
  diagnosis,
});
const ids = (causes: readonly RankedCause[]): unknown[] =>
  causes.map(({ finding, consequences }) => (consequences.length > 0 ? [finding.id, ids(consequences)] : finding.id));
const rank = (...findings: FoundFinding[]) => ids(rankFindings(findings).causes);

describe('findings in order', () => {
  it('put the more certain first, then what is fatal, then what explains more', () => {
    expect(rank(found('usual'), found('sure', { certainty: 95 }), found('warned', { level: 'warning' }))).toEqual([
      'sure',
      'usual',
      'warned',
    ]);
    expect(rank(found('warned', { level: 'warning', certainty: 70 }), found('fatal'))).toEqual(['fatal', 'warned']);
    expect(rank(found('a'), found('b', { explains: ['c'] }), found('c'))).toEqual([['b', ['c']], 'a']);
  });

  it('put what follows below what it follows from, however certain it is, through several', () => {
    const claim = found('claim', { certainty: 50, explains: ['database'] });
    const database = found('database', { certainty: 60, explains: ['backend'] });
    const backend = found('backend', { certainty: 99 });
    expect(rank(backend, database, claim)).toEqual([['claim', [['database', ['backend']]]]]);
    // Without the middle one nothing says that the first has to do with the last.
    expect(rank(backend, claim)).toEqual(['backend', 'claim']);
  });

  it('say once what two diagnoses found, and every pod of which it is so', () => {
    const one = found('image', { cause: 'a cannot be pulled' });
    const same = { ...one, diagnosis: 'notes/web' };
    const other = found('image', { cause: 'b cannot be pulled' });
    expect(rank(one, same, other)).toEqual(['image', 'image']);
  });

  it('tell what is good and what could not be read from what is wrong', () => {
    const dark = found('dark', { unread: true, observed: 'pods could not be read: forbidden' });
    const { causes, good, unread } = rankFindings([found('fine', { level: 'ok' }), dark]);
    expect([causes, good, unread]).toEqual([[], 1, [dark]]);
  });
});

const names = ['a', 'b', 'c', 'd', 'e', 'f'];
const arbitrary = fc.array(
  fc.record({
    id: fc.constantFrom(...names),
    level: fc.constantFrom('fatal' as const, 'warning' as const),
    certainty: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
    cause: fc.constantFrom('one', 'two'),
    explains: fc.subarray(names),
    diagnosis: fc.constantFrom('notes/pods', 'notes/web'),
  }),
  { maxLength: 10 },
);
interface Drawn {
  id: string;
  level: 'fatal' | 'warning';
  cause: string;
  diagnosis: string;
  explains: string[];
  certainty: number | undefined;
}
const asFound = ({ diagnosis, certainty, ...rest }: Drawn): FoundFinding =>
  found(rest.id, { ...rest, ...(certainty === undefined ? {} : { certainty }) }, diagnosis);
/** Explains only what comes later in the alphabet: no circle. */
const withoutCircle = (drawn: Drawn[]) =>
  drawn.map((one) => asFound({ ...one, explains: one.explains.filter((id) => id > one.id) }));

describe('whatever is found', () => {
  it('what is explained never stands above what explains it', () => {
    fc.assert(
      fc.property(arbitrary, (drawn) => {
        const order = inOrder(rankFindings(withoutCircle(drawn)).causes);
        for (const [index, { finding }] of order.entries())
          for (const later of order.slice(index + 1))
            expect(later.finding.explains?.includes(finding.id ?? '') ?? false).toBe(false);
      }),
    );
  });

  it('each finding stands there once, and what stands below another is explained by it', () => {
    fc.assert(
      fc.property(arbitrary, (drawn) => {
        const findings = drawn.map(asFound);
        const { causes } = rankFindings(findings);
        const different = new Set(drawn.map(({ id, cause }) => `${id} ${cause}`));
        expect(inOrder(causes)).toHaveLength(different.size);
        for (const { finding, consequences } of inOrder(causes))
          for (const below of consequences) expect(finding.explains).toContain(below.finding.id);
      }),
    );
  });

  it('the order is the same, whichever diagnosis was ready first', () => {
    fc.assert(
      fc.property(arbitrary, fc.array(fc.nat(), { minLength: 10, maxLength: 10 }), (drawn, places) => {
        const findings = drawn.map(asFound);
        const mixed = findings
          .map((finding, index) => ({ finding, place: places[index] ?? 0 }))
          .sort((a, b) => a.place - b.place)
          .map(({ finding }) => finding);
        expect(rankFindings(mixed)).toEqual(rankFindings(findings));
      }),
    );
  });
});
