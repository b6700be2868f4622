import { Lines } from '../../ui/Lines.tsx';
import { Pane } from '../../ui/Pane.tsx';
import { useTheme } from '../../ui/use-theme.ts';
import type { ChecklistScreen } from '../checklist-screen.ts';
import type { Rectangle } from '../layout.ts';
import { useApp } from '../use-app.ts';
import { checklistScreenLines } from './checklist-lines.ts';

/** What must be so before production, and how it stands. */
export function ChecklistView({ screen, area }: { screen: ChecklistScreen; area: Rectangle }) {
  const theme = useTheme();
  const app = useApp();
  const { lines, details } = checklistScreenLines(screen, area.width - 4, area.height - 2, theme);
  // Keys scroll by what is drawn.
  app.look.lines = details.lines;
  app.look.height = details.height;
  return (
    <Pane title={screen.title} width={area.width} height={area.height} focused>
      <Lines lines={lines.map((line) => ` ${line}`)} width={area.width - 2} />
    </Pane>
  );
}
