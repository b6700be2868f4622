import { pad } from '../../ui/text.ts';
import type { Theme } from '../../ui/theme.ts';

/** How much is drawn of the details of what is chosen: keys scroll by it. */
export interface DetailsSeen {
  lines: number;
  height: number;
}

export interface ListAndDetails {
  /** Above both. */
  head: readonly string[];
  rows: number;
  /** The list at a width, in at most so many lines. */
  list(width: number, height: number): string[];
  details(width: number): string[];
  /** The first line of the details that is seen. */
  from: number;
}

/** A list and the details of what is chosen in it: beside it, or below where there is little room. */
export function drawListAndDetails(
  { head, rows, list, details, from: wanted }: ListAndDetails,
  width: number,
  height: number,
  theme: Theme,
): { lines: string[]; details: DetailsSeen } {
  const room = Math.max(3, height - head.length - 1);
  const wide = width >= 96;
  const listWidth = wide ? Math.floor(width * 0.42) : width;
  const listed = list(listWidth, Math.min(rows, wide ? room : Math.max(2, Math.floor(room * 0.4))));
  const detailed = details(wide ? width - listWidth - 3 : width - 1);
  const seen = wide ? room : room - listed.length - 1;
  const from = Math.max(0, Math.min(wanted, detailed.length - seen));
  const part = detailed.slice(from, from + seen);
  if (from + seen < detailed.length) part[part.length - 1] = theme.dim(`${theme.symbols.ellipsis} PgDn reads on`);
  const between = ` ${theme.borderIdle(theme.border.vertical)} `;
  const body = wide
    ? Array.from({ length: room }, (_, index) =>
        `${pad(listed[index] ?? '', listWidth)}${between}${part[index] ?? ''}`.trimEnd(),
      )
    : [...listed, theme.borderIdle(theme.border.horizontal.repeat(width)), ...part];
  return { lines: [...head, '', ...body].slice(0, height), details: { lines: detailed.length, height: seen } };
}
