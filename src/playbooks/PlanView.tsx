import { printable, printableLine } from '../base/printable.ts';
import { Lines } from '../ui/Lines.tsx';
import { windowOffset } from '../ui/select-state.ts';
import { fitTo, pad, textWidth, truncate, wrap } from '../ui/text.ts';
import type { Theme } from '../ui/theme.ts';
import { useTheme } from '../ui/use-theme.ts';
import { planStepLines } from './plan-step-lines.ts';
import { planNotes, stepBadge } from './preview/plan-notes.ts';
import type { PreviewedPlan } from './preview/previewed-plan.ts';
import type { PlannedStep } from './runs/events.ts';

export interface PlanViewProps {
  description?: string | undefined;
  /** Cluster, namespace, manifests, inputs. */
  facts: readonly (readonly [string, string])[];
  steps: readonly PlannedStep[];
  /** What it would change, as far as that is known. */
  previewed?: PreviewedPlan | undefined;
  selected: number;
  /** What is asked, e.g. `Run this on sandbox?`, and which button is chosen. */
  question: string;
  yes: boolean;
  width: number;
  height: number;
}

/** A plan: what it acts on, its steps with what the chosen one does, and the question whether to run it. */
export function PlanView(props: PlanViewProps) {
  const theme = useTheme();
  return <Lines lines={planLines({ ...props, theme })} width={props.width} />;
}

function planLines(props: PlanViewProps & { theme: Theme }): string[] {
  const { width, height, theme } = props;
  const head = headLines(props).slice(0, Math.max(1, Math.floor(height / 3)));
  const notes = planNotes(props.previewed, width - 2, theme).map((line) => ` ${line}`);
  const room = Math.max(3, height - head.length - 4 - notes.length);
  const wide = width >= 96;
  const listWidth = wide ? Math.floor(width * 0.42) : width;
  const listHeight = wide ? room : Math.max(3, Math.ceil(room * 0.5));
  const list = stepList(props, listWidth, listHeight);
  const chosen = props.steps[props.selected];
  const detailWidth = wide ? width - listWidth - 4 : width - 4;
  const whole = chosen ? planStepLines(chosen, props.previewed, detailWidth, theme) : [];
  // Below the list its title stands just above, pointed at.
  const details = wide ? whole : whole.slice(whole[1] === '' ? 2 : 1);
  const body = wide
    ? besideOneAnother(list, details, listWidth, room, theme)
    : belowOneAnother(list, details, room, width, theme);
  return [...head, '', ...body, '', ...notes, ...buttons(props)].slice(0, height);
}

function headLines({ description, facts, width, height, theme }: PlanViewProps & { theme: Theme }): string[] {
  const whole = description ? wrap(printable(description), width - 2).map((line) => ` ${line}`) : [];
  // Where there is little room, what it acts on and what it changes tell more.
  const lines = height < 28 ? firstLines(whole, 2, width, theme) : whole;
  const longest = Math.max(0, ...facts.map(([name]) => textWidth(name)));
  for (const [name, value] of facts) {
    const shown = truncate(printableLine(value), Math.max(4, width - longest - 5), theme.symbols.ellipsis);
    lines.push(` ${theme.dim(pad(name, longest))}  ${name === 'production' ? theme.warn(theme.strong(shown)) : shown}`);
  }
  return lines;
}

/** The first lines of a text; that it goes on is marked. */
function firstLines(lines: readonly string[], count: number, width: number, theme: Theme): string[] {
  const shown = lines.slice(0, count);
  const last = shown.at(-1);
  if (last === undefined || lines.length <= count) return shown;
  const { ellipsis } = theme.symbols;
  return [...shown.slice(0, -1), truncate(`${last.replace(/[,;:]$/, '')} ${ellipsis}`, width - 1, ellipsis)];
}

function stepList(
  { steps, selected, previewed, theme }: PlanViewProps & { theme: Theme },
  width: number,
  height: number,
): string[] {
  const offset = windowOffset(selected, height, steps.length);
  const shown = steps.slice(offset, offset + height).map((step, index) => {
    const chosen = offset + index === selected;
    const indent = '  '.repeat(step.depth);
    const sign = step.group ? theme.symbols.submenu : theme.symbols.bullet;
    const badge = stepBadge(previewed, step.id, theme);
    const room = width - 3 - (badge === '' ? 0 : textWidth(badge) + 1);
    const text = fitTo(`${indent}${sign} ${printableLine(step.title)}`, room, 'left', theme.symbols.ellipsis);
    const line = ` ${chosen ? theme.symbols.pointer : ' '} ${text}${badge === '' ? '' : ` ${badge}`}`;
    return chosen ? theme.selected(line) : step.group ? theme.strong(line) : line;
  });
  const more = steps.length - offset - height;
  if (more > 0 && shown.length > 1)
    shown[shown.length - 1] = theme.dim(fitTo(`   ${theme.symbols.ellipsis} ${more + 1} more steps`, width));
  return shown;
}

function besideOneAnother(list: string[], details: string[], listWidth: number, room: number, theme: Theme): string[] {
  const line = theme.borderIdle(theme.border.vertical);
  return Array.from({ length: room }, (_, index) =>
    `${pad(list[index] ?? '', listWidth)} ${line} ${details[index] ?? ''}`.trimEnd(),
  );
}

function belowOneAnother(list: string[], details: string[], room: number, width: number, theme: Theme): string[] {
  const rest = Math.max(0, room - list.length - 1);
  const shown = details.slice(0, rest).map((line) => `   ${line}`);
  const filler = Array.from({ length: rest - shown.length }, () => '');
  return [...list, theme.borderIdle(theme.border.horizontal.repeat(width)), ...shown, ...filler];
}

function buttons({ question, yes, theme }: PlanViewProps & { theme: Theme }): string[] {
  const button = (text: string, chosen: boolean) =>
    chosen ? theme.selected(`${theme.symbols.pointer} [ ${text} ]`) : `  [ ${text} ]`;
  return [` ${theme.title(question)}`, ` ${button('Yes, run it', yes)}  ${button('No, go back', !yes)}`];
}
