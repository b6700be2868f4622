import { drawToneLines, type ToneLine } from '../../cluster/tone-line.ts';
import { Lines } from '../../ui/Lines.tsx';
import { Pane } from '../../ui/Pane.tsx';
import { useTheme } from '../../ui/use-theme.ts';
import type { Rectangle } from '../layout.ts';
import { useApp } from '../use-app.ts';

export interface ScrolledLinesProps {
  title: string;
  /** Drawn already, or raw with their tone. */
  lines: readonly (string | ToneLine)[];
  scroll: number | 'end';
  area: Rectangle;
}

/** Lines that are read and scrolled. */
export function ScrolledLines({ title, lines: given, scroll, area }: ScrolledLinesProps) {
  const theme = useTheme();
  const app = useApp();
  const height = area.height - 2;
  const lines = given.flatMap((line) =>
    typeof line === 'string' ? [line] : drawToneLines([line], area.width - 4, theme),
  );
  const last = Math.max(0, lines.length - height);
  const from = scroll === 'end' ? last : Math.min(scroll, last);
  // Keys scroll by what is drawn.
  app.look.lines = lines.length;
  app.look.height = height;
  const seen = lines.slice(from, from + height).map((line) => ` ${line}`);
  const extra =
    last > 0 ? theme.dim(`${from + 1}-${Math.min(lines.length, from + height)} of ${lines.length}`) : undefined;
  return (
    <Pane title={title} extra={extra} width={area.width} height={area.height} focused>
      <Lines lines={seen} width={area.width - 2} />
    </Pane>
  );
}
