import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { listBack, listChange, listLines, listSentence } from '../../../src/playbooks/steps/secret/list.ts';

const items = fc.uniqueArray(fc.stringMatching(/^[a-z0-9_-]{1,6}$/), { maxLength: 6 });

it('items come and go, all others stay in their order, and a second time there is nothing to do', () => {
  fc.assert(
    fc.property(items, items, items, (present, add, unwanted) => {
      const remove = unwanted.filter((item) => !add.includes(item));
      const wish = { add: add.join(','), remove: remove.join(',') };
      const wanted = [
        ...present.filter((item) => !remove.includes(item)),
        ...add.filter((item) => !present.includes(item)),
      ];
      fc.pre(wanted.length > 0);
      const change = listChange('IDS', present.join(','), wish);
      expect(change.after).toEqual(wanted);
      const again = listChange('IDS', change.after.join(','), wish);
      expect([...again.added, ...again.removed]).toEqual([]);
      expect(listBack(change.after.join(','), change).split(',').filter(Boolean).sort()).toEqual([...present].sort());
    }),
  );
});

it('what people have written with blanks and twice counts once, and is no change by itself', () => {
  const change = listChange('IDS', ' a, b,,a ', {});
  expect(change).toMatchObject({ before: ['a', 'b'], after: ['a', 'b'], added: [], removed: [] });
});

it('the last one is never taken, nor one that is wanted at once, and the sentences say so', () => {
  expect(() => listChange('IDS', 'a,b', { remove: 'a,b' })).toThrow('Nothing would be left in IDS');
  expect(() => listChange('IDS', undefined, {})).toThrow('There is nothing in IDS');
  expect(() => listChange('IDS', 'a', { add: 'x', remove: 'x' })).toThrow(
    'x cannot be added to IDS and removed from it at once',
  );
  expect(listChange('IDS', 'a', { add: 'b', remove: 'a' }).after).toEqual(['b']);
});

it('what is shown says what came, what went and what there was nothing to do about; what is not shown only how many', () => {
  const change = listChange('IDS', 'a,b', { add: 'b,c', remove: 'a,x', shown: true });
  expect(listSentence('IDS', change)).toBe('IDS: b, c; added: c; removed: a; there already: b; not there anyway: x');
  expect(listSentence('IDS', { ...change, shown: false })).toBe('IDS: 1 added, 1 removed');
});

it('the shell lines make the same list', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tars-console-list-'));
  const patch = join(folder, 'patch');
  const program = '#!/bin/sh\nif [ "$1" = get ]; then printf %s "$PRESENT" | base64; else cat > "$PATCH"; fi\n';
  writeFileSync(join(folder, 'kubectl'), program);
  chmodSync(join(folder, 'kubectl'), 0o755);
  for (const [present, wish] of [
    ['a,b', { add: 'c,a', remove: 'b,x' }],
    ['a', { add: "it's" }],
    ['a,b', {}],
  ] as const) {
    const script = listLines('tars-secrets', '-n tars', 'IDS', wish).join('\n');
    const env = { PATH: `${folder}:${process.env.PATH}`, PRESENT: present, PATCH: patch };
    execFileSync('sh', ['-ec', script], { env });
    const value = JSON.parse(readFileSync(patch, 'utf8')).stringData.IDS;
    expect(value).toBe(listChange('IDS', present, wish).after.join(','));
  }
});
