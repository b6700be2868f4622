import { printableLine } from '../../base/printable.ts';
import { fitTo, textWidth, truncate, wrap } from '../../ui/text.ts';
import type { Style, Theme } from '../../ui/theme.ts';
import type { FieldChange, PreviewAction, PreviewedChange, StepPreview } from '../step-preview.ts';
import { changedLines } from './text-diff.ts';

/** The sign of an action, so that colour is never alone. */
const signs: Record<PreviewAction, string> = {
  create: '+',
  update: '~',
  recreate: '±',
  delete: '-',
  run: '!',
  unchanged: '=',
};

/** Beyond this many fields of an object, or objects of a step, the rest is counted. */
export interface Room {
  fields: number;
  changes: number;
}
const usual: Room = { fields: 12, changes: 40 };

/** What a step would do: each object with its sign, the fields that would be others, the data at risk, and what is not known. */
export function previewLines(preview: StepPreview, width: number, theme: Theme, room: Room = usual): string[] {
  const { changes, certainty, why } = preview;
  // What stays as it is is counted where there is more to say.
  const telling = changes.filter(({ action, note }) => action !== 'unchanged' || note !== undefined);
  const same = changes.length - telling.length;
  const shown = telling.slice(0, room.changes);
  // What holds for all of them is said once, below.
  const common = (change: PreviewedChange) =>
    why !== undefined && change.note === why ? { ...change, note: '' } : change;
  const lines = shown.flatMap((change) => changeLines(common(change), width, theme, room));
  if (telling.length > shown.length) lines.push(theme.dim(`  and ${telling.length - shown.length} more objects`));
  if (same > 0)
    lines.push(theme.dim(`${signs.unchanged} ${same} unchanged${same <= 3 ? `: ${namesOf(changes)}` : ''}`));
  if (certainty === 'previewed') return lines.map((line) => line.trimEnd());
  const sign = theme.warn(theme.symbols.warn);
  const doubt = wrap(printableLine(`${certainty}${why ? `: ${why}` : ''}`), width - 2);
  return [...lines, ...doubt.map((line, index) => `${index === 0 ? sign : ' '} ${line}`)];
}

function namesOf(changes: readonly PreviewedChange[]): string {
  const same = changes.filter(({ action, note }) => action === 'unchanged' && note === undefined);
  return same.map(({ object }) => printableLine(object)).join(', ');
}

/** One object: its sign, name and action, then its fields. */
function changeLines(change: PreviewedChange, width: number, theme: Theme, room: Room = usual): string[] {
  const { object, action, fields = [], data = [], note } = change;
  const style = styleOf(action, theme);
  const sign = action === 'recreate' && !theme.unicode ? '!' : signs[action];
  const name = fitTo(printableLine(object), Math.max(8, width - 12), 'left', theme.symbols.ellipsis).trimEnd();
  const lines = [`${style(`${sign} ${name}`)}  ${theme.dim(action)}`];
  const shown = fields.slice(0, room.fields);
  lines.push(...shown.flatMap((field) => fieldLines(field, width - 4, theme).map((line) => `    ${line}`)));
  if (fields.length > shown.length) lines.push(theme.dim(`    and ${fields.length - shown.length} more fields`));
  for (const lost of data)
    lines.push(
      ...wrapped(`${theme.symbols.warn} lost for good: ${lost}`, width - 4).map((line) => `    ${theme.bad(line)}`),
    );
  if (note) lines.push(...wrapped(note, width - 4).map((line) => `    ${theme.dim(line)}`));
  return lines;
}

function styleOf(action: PreviewAction, theme: Theme): Style {
  if (action === 'create') return theme.ok;
  if (action === 'update' || action === 'run') return theme.warn;
  return action === 'unchanged' ? theme.dim : theme.bad;
}

/** A field on one line where both values fit, else each value on its own; texts of several lines by their lines. */
function fieldLines({ path, before, after }: FieldChange, width: number, theme: Theme): string[] {
  const { symbols } = theme;
  const sign = before === undefined ? theme.ok('+') : after === undefined ? theme.bad('-') : theme.warn('~');
  const name = printableLine(path);
  if (before === undefined && after === undefined)
    return [`${theme.warn('~')} ${truncate(name, width - 2, symbols.ellipsis)}`];
  if (`${before ?? ''}${after ?? ''}`.includes('\n'))
    return [`${sign} ${within(name, width - 2, theme)}`, ...textLines(before, after, width, theme)];
  const values = [before, after].filter((value) => value !== undefined).map((value) => printableLine(value));
  const arrow = theme.unicode ? ' → ' : ' -> ';
  const oneLine = `${name}  ${values.join(arrow)}`;
  if (textWidth(oneLine) <= width - 2) return [`${sign} ${theme.dim(name)}  ${values.join(arrow)}`];
  return [
    `${sign} ${theme.dim(within(name, width - 2, theme))}`,
    ...(before === undefined ? [] : [`  ${theme.bad(within(`- ${printableLine(before)}`, width - 2, theme))}`]),
    ...(after === undefined ? [] : [`  ${theme.ok(within(`+ ${printableLine(after)}`, width - 2, theme))}`]),
  ];
}

function textLines(before: string | undefined, after: string | undefined, width: number, theme: Theme): string[] {
  return changedLines(before ?? '', after ?? '').map(({ sign, text }) => {
    const line = `  ${within(`${sign} ${printableLine(text)}`, width - 2, theme)}`;
    return sign === '+' ? theme.ok(line) : sign === '-' ? theme.bad(line) : theme.dim(line);
  });
}

/** The middle of a long text is left out: its end tells most, as a tag does. */
function within(text: string, width: number, theme: Theme): string {
  if (textWidth(text) <= width) return text;
  const tail = Math.floor((width - 1) * 0.6);
  const end = [...text].slice(-tail).join('');
  return `${truncate(text, Math.max(1, width - textWidth(end)), theme.symbols.ellipsis)}${end}`;
}

function wrapped(text: string, width: number): string[] {
  return wrap(printableLine(text), Math.max(10, width));
}

/** A step's preview in one short text, e.g. `+1 ~2 =5`; a `?` where not all of it is known. */
export function previewBadge({ changes, certainty }: StepPreview, theme: Theme): string {
  const counts = (['create', 'update', 'recreate', 'delete', 'run', 'unchanged'] as const).flatMap((action) => {
    const count = changes.filter((change) => change.action === action).length;
    return count > 0 ? [`${action === 'recreate' && !theme.unicode ? '!' : signs[action]}${count}`] : [];
  });
  const doubt = certainty === 'previewed' ? '' : '?';
  return `${counts.join(' ')}${doubt}`;
}
