import { printableLine } from '../../base/printable.ts';
import { fitTo, textWidth, truncate, wrap } from '../../ui/text.ts';
import type { Style, Theme } from '../../ui/theme.ts';
import { inSigns } from '../signs.ts';
import { type AutoscalerRow, replicasText } from './autoscaler-row.ts';

export interface AutoscalersLinesOptions {
  rows: readonly AutoscalerRow[];
  width: number;
  height: number;
  theme: Theme;
}

/** Each autoscaler on one line where the sentence has room beside its figures, else on two; a longer one takes free lines. */
export function autoscalerLines({ rows, width, height, theme }: AutoscalersLinesOptions): string[] {
  const drawn = rows.map((row) => partsOf(row, theme));
  const widest = (pick: (parts: Parts) => string) =>
    drawn.reduce((most, parts) => Math.max(most, textWidth(pick(parts))), 0);
  const name = Math.min(
    widest((parts) => parts.name),
    Math.max(8, Math.floor(width / 3)),
  );
  const metric = widest((parts) => parts.metric);
  const replicas = widest((parts) => parts.replicas);
  const head = 2 + name + 2 + metric + 2 + replicas;
  const beside = width - head - 2 >= 34;
  const cut = (text: string, room: number) => fitTo(text, Math.max(0, room), 'left', theme.symbols.ellipsis);
  const lines: string[] = [];
  let free = Math.max(0, height - drawn.length * (beside ? 1 : 2));
  const sentence = (text: string, room: number): string[] => {
    const wrapped = wrap(text, room);
    const shown = wrapped.slice(0, 1 + free);
    free -= shown.length - 1;
    const rest = wrapped.slice(shown.length - 1).join(' ');
    return [...shown.slice(0, -1), truncate(rest, room, theme.symbols.ellipsis)];
  };
  for (const { sign, style, ...parts } of drawn) {
    const figures = `  ${cut(parts.metric, metric)}  ${cut(parts.replicas, replicas)}`;
    const front = `${style(sign)} ${cut(parts.name, Math.min(name, Math.max(4, width - 2 - textWidth(figures))))}`;
    const room = width - 2 - name;
    const first = textWidth(figures) <= room ? figures : truncate(figures, Math.max(0, room), theme.symbols.ellipsis);
    const [begin = '', ...more] = sentence(parts.sentence, beside ? width - head - 2 : width - 2);
    if (beside) lines.push(`${front}${first}  ${style(begin)}`);
    else lines.push(`${front}${first}`.trimEnd(), `  ${style(begin)}`);
    lines.push(...more.map((line) => `${' '.repeat(beside ? head + 2 : 2)}${style(line)}`));
  }
  return lines.slice(0, Math.max(0, height));
}

interface Parts {
  sign: string;
  style: Style;
  name: string;
  metric: string;
  replicas: string;
  sentence: string;
}

function partsOf(row: AutoscalerRow, theme: Theme): Parts {
  const { symbols } = theme;
  const look: Record<AutoscalerRow['health'], [string, Style]> = {
    ok: [symbols.dot, theme.ok],
    moving: [row.wanted > row.replicas ? symbols.up : symbols.down, theme.info],
    warn: [symbols.warn, theme.warn],
    bad: [symbols.bad, theme.bad],
  };
  const [sign, style] = look[row.health];
  return {
    sign,
    style,
    name: printableLine(row.name),
    metric: printableLine(row.metrics.join(' ') || 'no metric'),
    replicas: replicasText(row, symbols.next),
    sentence: inSigns(printableLine(row.sentence), symbols),
  };
}
