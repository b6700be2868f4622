import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/base/package-root.ts';
import { loadMenu, type MenuItem } from '../../src/menus/menu.ts';
import { coverageRows } from '../support/coverage.ts';

const menus: Record<string, string> = {
  'T.A.R.S.': 'tars',
  'A cluster to begin with': 'cluster',
  Tartware: 'tartware',
  ATAS: 'atas',
  'Detection API': 'detection-api',
};
const rows = coverageRows();
const covered = rows.filter(({ item }) => item);

/** What every item of a menu leads to, by its path. */
function leadings(items: readonly MenuItem[], above: readonly string[] = []): [string, string][] {
  return items.flatMap((item): [string, string][] => {
    const path = [...above, item.title];
    if (item.kind === 'menu') return leadings(item.items, path);
    return [[path.join(' ▸ '), leadsTo(item)]];
  });
}

function leadsTo(item: Exclude<MenuItem, { kind: 'menu' }>): string {
  if (item.kind === 'playbook') return item.playbook;
  const [[, target] = []] = Object.entries(item).filter(([key]) => key === item.kind);
  return `${item.kind}: ${target}`;
}

const known = new Map(
  Object.entries(menus).map(([guide, name]) => {
    const file = join(packageRoot(), 'menus', `${name}.yaml`);
    return [guide, new Map(leadings(loadMenu(file, 'bundled').value?.items ?? []))] as const;
  }),
);

describe('what the guides say', () => {
  it('is a list of some length', () => {
    expect(covered.length).toBeGreaterThan(200);
    for (const { guide } of rows) expect(menus).toHaveProperty([guide]);
  });

  it.each(covered.map((row) => [`${row.section}: ${row.says}`, row] as const))('is done by an item: %s', (_, row) => {
    expect(known.get(row.guide)?.get(row.item?.join(' ▸ ') ?? '')).toBe(row.leadsTo);
    if (!row.shownBy) throw new Error('it names no test');
    const { file, title } = row.shownBy;
    const text = readFileSync(join(packageRoot(), 'test', file), 'utf8');
    // A title may be put together: its first words are.
    expect(text).toContain(title.split(' ').slice(0, 5).join(' '));
  });

  it.each(rows.filter(({ item }) => !item).map((row) => [`${row.section}: ${row.says}`, row] as const))(
    'or says why it is not: %s',
    (_, { leadsTo: why, shownBy }) => {
      expect(why.length).toBeGreaterThan(20);
      expect(shownBy).toBeUndefined();
    },
  );

  it('leaves no item of a menu that no guide asks for', () => {
    const named = new Set(covered.map(({ guide, item }) => `${guide}: ${item?.join(' ▸ ')}`));
    const items = [...known].flatMap(([guide, all]) => [...all.keys()].map((item) => `${guide}: ${item}`));
    expect(items.filter((item) => !named.has(item))).toEqual([]);
  });
});
