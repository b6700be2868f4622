import type { Result } from '../../postgres/around.ts';
import type { Value } from '../../postgres/store.ts';
import type { Output } from '../../shell/streams.ts';
import type { Options } from './connect.ts';

/** How psql shows rows. */
export interface Look {
  aligned: boolean;
  heading: boolean;
  quiet: boolean;
  separator: string;
}

export function lookOf(options: Options): Look {
  return {
    aligned: !options.has('-A', '--no-align'),
    heading: !options.has('-t', '--tuples-only'),
    quiet: options.has('-q', '--quiet'),
    separator: options.one('-F', '--field-separator') ?? '|',
  };
}

/** Writes what a statement gave, as psql does. */
export function writeResult(out: Output, { tag, columns, rows = [] }: Result, look: Look): void {
  if (!columns) {
    if (!look.quiet) out.write(`${tag}\n`);
    return;
  }
  const text = (value: Value) => value ?? '';
  const { aligned, heading, separator } = look;
  const count = `(${rows.length} row${rows.length === 1 ? '' : 's'})`;
  if (!aligned) {
    if (heading) out.write(`${columns.join(separator)}\n`);
    for (const row of rows) out.write(`${row.map(text).join(separator)}\n`);
    if (heading) out.write(`${count}\n`);
    return;
  }
  const widths = columns.map((name, index) =>
    Math.max(heading ? name.length : 0, ...rows.map((row) => text(row[index] ?? null).length)),
  );
  // Numbers stand at the right.
  const right = columns.map(
    (_, index) => rows.length > 0 && rows.every((row) => /^-?\d+(\.\d+)?$/.test(row[index] ?? '')),
  );
  if (heading) {
    const centred = columns.map((name, index) => {
      const free = (widths[index] ?? 0) - name.length;
      return `${' '.repeat(Math.floor(free / 2))}${name}${' '.repeat(Math.ceil(free / 2))}`;
    });
    out.write(` ${centred.join(' | ')} \n${widths.map((width) => '-'.repeat(width + 2)).join('+')}\n`);
  }
  for (const row of rows) {
    const cells = row.map((value, index) =>
      right[index] ? text(value).padStart(widths[index] ?? 0) : text(value).padEnd(widths[index] ?? 0),
    );
    out.write(` ${cells.join(' | ').trimEnd()}\n`);
  }
  out.write(heading ? `${count}\n\n` : '\n');
}
