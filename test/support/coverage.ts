import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/package-root.ts';

/** A row of `docs/coverage.md`: what a deployment guide says, and what does it here. */
export interface CoverageRow {
  /** The guide, by the heading above the table. */
  guide: string;
  section: string;
  /** The commands of the section that are meant, or what it says in words. */
  says: string;
  /** The menu's item by its path, `Maintenance ▸ Back up PostgreSQL`; none where a reason stands in its place. */
  item: readonly string[] | undefined;
  /** What the item leads to: `tars/backup`, `view: access`, `page: next-steps`, `diagnose: all`; or the reason why there is none. */
  leadsTo: string;
  /** File below `test/`, and title of the test, or of the group of tests, in which it ran. */
  shownBy: { file: string; title: string } | undefined;
}

/** The rows of all tables. Throws where a row has not the five columns. */
export function coverageRows(): CoverageRow[] {
  const text = readFileSync(join(packageRoot(), 'docs/coverage.md'), 'utf8');
  let guide = '';
  return text.split('\n').flatMap((line): CoverageRow[] => {
    guide = /^## (.+)/.exec(line)?.[1] ?? guide;
    if (!line.startsWith('| ') || line.startsWith('| Section')) return [];
    const cells = line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim());
    if (cells.length !== 5) throw new Error(`docs/coverage.md: five columns are wanted in: ${line}`);
    const [section = '', says = '', item = '', leadsTo = '', shown = ''] = cells;
    const shownBy = /^`([^`]+)`: (.+)$/.exec(shown);
    return [
      {
        ...{ guide, section, says },
        item: item === '–' ? undefined : item.split(' ▸ '),
        leadsTo: leadsTo.replaceAll('`', ''),
        shownBy: shownBy ? { file: shownBy[1] ?? '', title: shownBy[2] ?? '' } : undefined,
      },
    ];
  });
}
