import { printableLine } from '../base/printable.ts';
import type { LoadResult } from '../load/sample.ts';
import { summaryRows } from '../load/summary.ts';
import { spread, truncate, wrap } from '../ui/text.ts';
import type { Theme } from '../ui/theme.ts';

/** The deployment guide's own summary of a load test, over its sustained phase, and each target ticked or crossed. */
export function loadSummaryLines(load: LoadResult, width: number, theme: Theme): string[] {
  const { thresholds } = load;
  const lines = [
    theme.title(' Load Test Summary'),
    ...summaryRows(load).map(([name, value]) => spread(theme.dim(` ${name}`), value, width)),
  ];
  if (thresholds.length > 0) lines.push(theme.title(' Targets'));
  for (const { title, observed, met } of thresholds) {
    const sign = met ? theme.ok(theme.symbols.ok) : theme.bad(theme.symbols.bad);
    const seen = printableLine(observed);
    // Where both have no room the figure goes: it stands in the lines above.
    if (printableLine(title).length + seen.length + 4 > width) {
      lines.push(` ${sign} ${truncate(printableLine(title), width - 3, theme.symbols.ellipsis)}`);
      if (!met) lines.push(theme.bad(`   ${truncate(seen, width - 3, theme.symbols.ellipsis)}`));
      continue;
    }
    const name = truncate(printableLine(title), Math.max(8, width - seen.length - 4), theme.symbols.ellipsis);
    lines.push(spread(` ${sign} ${name}`, met ? theme.ok(seen) : theme.bad(seen), width));
  }
  if (load.limitedBy === 'generator')
    lines.push(
      ...wrap('bounded by this machine, not by the system under test', width - 3).map((line, index) =>
        theme.warn(` ${index === 0 ? theme.symbols.warn : ' '} ${line}`),
      ),
    );
  if (load.stopped) lines.push(theme.warn(` ${theme.symbols.warn} ended before its time`));
  return lines;
}
