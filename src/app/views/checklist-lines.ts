import { printableLine } from '../../base/printable.ts';
import { drawToneLines } from '../../cluster/tone-line.ts';
import {
  type ChecklistReport,
  checklistVerdict,
  type ItemState,
  isDone,
  markWords,
} from '../../playbooks/checklists/checklist-report.ts';
import { itemLines, markSign } from '../../playbooks/checklists/report-lines.ts';
import { windowOffset } from '../../ui/select-state.ts';
import { fitTo, wrap } from '../../ui/text.ts';
import { textInputLine } from '../../ui/text-input.ts';
import type { Theme } from '../../ui/theme.ts';
import { type ChecklistScreen, chosenItem } from '../checklist-screen.ts';
import type { Overlay } from '../state.ts';
import type { Dialog } from './dialog-box.ts';
import { type DetailsSeen, drawListAndDetails } from './list-and-details.ts';

/** The verdict, the items with their marks, and the chosen one with why it stands so. */
export function checklistScreenLines(
  screen: ChecklistScreen,
  width: number,
  height: number,
  theme: Theme,
): { lines: string[]; details: DetailsSeen } {
  const { report, asking } = screen;
  const item = chosenItem(screen);
  if (!report || !item) return { lines: [theme.dim('looking; nothing is changed')], details: { lines: 0, height: 1 } };
  const done = report.items.every(isDone);
  const { ok, bad } = theme.symbols;
  const verdict = `${done ? ok : bad} ${checklistVerdict(report)}`;
  const head = [
    ...wrap(verdict, width).map(done ? theme.ok : theme.bad),
    ...(asking ? [theme.dim('checking again')] : []),
  ];
  return drawListAndDetails(
    {
      ...{ head, rows: report.items.length, from: screen.from },
      list: (listWidth, listHeight) => listLines(report, screen.index, listWidth, listHeight, theme),
      details: (detailWidth) => detailLines(item, detailWidth, theme),
    },
    width,
    height,
    theme,
  );
}

function listLines({ items }: ChecklistReport, index: number, width: number, height: number, theme: Theme): string[] {
  const offset = windowOffset(index, height, items.length);
  const { pointer, ellipsis } = theme.symbols;
  return items.slice(offset, offset + height).map((item, at) => {
    const chosen = offset + at === index;
    const { sign, tone } = markSign(item.mark, theme.symbols);
    const number = String(offset + at + 1).padStart(2);
    const title = fitTo(printableLine(item.title), width - 7, 'left', ellipsis);
    if (chosen) return theme.selected(`${pointer} ${number} ${sign} ${title}`);
    return `  ${theme.dim(number)} ${theme[tone](sign)} ${isDone(item) ? theme.dim(title) : title}`;
  });
}

function detailLines(item: ItemState, width: number, theme: Theme): string[] {
  const { tone } = markSign(item.mark, theme.symbols);
  const lead = item.fix ?? item.findings.find(({ level, fix }) => level !== 'ok' && fix)?.fix;
  const how = lead
    ? `Enter does it: ${lead.title ?? lead.playbook}`
    : item.page
      ? 'Enter reads how it is done'
      : undefined;
  const who = item.checked ? 'checked by the program' : 'ticked by a person';
  return [
    ...wrap(printableLine(item.title), width).map(theme.strong),
    `${theme[tone](markWords[item.mark])}${theme.dim(`, ${who}; ${item.id}`)}`,
    ...(how ? wrap(`${theme.symbols.next} ${printableLine(how)}`, width).map(theme.accent) : []),
    '',
    ...wrap(printableLine(item.description), width),
    '',
    ...drawToneLines(itemLines(item), width, theme),
  ];
}

/** The box in which a note is written, or a tick is taken away. */
export function noteDialog({ item, text }: Extract<Overlay, { type: 'note' }>, width: number, theme: Theme): Dialog {
  const { tick } = item;
  const title = wrap(printableLine(item.title), width).map(theme.strong);
  if (tick)
    return {
      title: 'Take the tick away?',
      tone: 'warn',
      lines: ['', ...title, '', ...drawToneLines(itemLines({ ...item, findings: [] }).slice(0, 1), width, theme), ''],
      foot: [theme.dim('Enter takes it away, with its note; esc leaves it'), ''],
      scroll: 0,
    };
  const input = textInputLine({ state: text, width: width - 4, focused: true, theme });
  const overrules = item.checked
    ? [
        '',
        ...wrap('Its check does not find it so: a tick overrules that, and is shown as such.', width).map(theme.warn),
      ]
    : [];
  const shared = 'The note is kept in the cluster for everybody who works with the system: no secrets.';
  return {
    title: item.checked ? 'Overrule the check' : 'Tick it',
    tone: item.checked ? 'warn' : 'borderFocused',
    lines: ['', ...title, ...overrules, '', ...wrap(shared, width).map(theme.dim)],
    foot: [
      '',
      theme.dim('What was done, or why it is so; Enter ticks, esc leaves it'),
      `${theme.symbols.pointer} ${input}`,
      '',
    ],
    scroll: 0,
  };
}
