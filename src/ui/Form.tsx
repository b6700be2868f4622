import { Text } from 'ink';
import { type FormField, type FormState, shownFields, tickedOptions } from './form-state.ts';
import { pad, textWidth, truncate, wrap } from './text.ts';
import { textInputLine } from './text-input.ts';
import { textState } from './text-state.ts';
import type { Theme } from './theme.ts';
import { useTheme } from './use-theme.ts';

export interface FormProps {
  form: FormState;
  /** What the last row says, e.g. `Show the plan`. */
  submit: string;
  width: number;
  height: number;
}

/** Fields below one another with the explanation of the one that has the focus; its keys go to `editForm`. */
export function Form(props: FormProps) {
  const theme = useTheme();
  return <Text wrap="truncate">{formLines({ ...props, theme }).join('\n')}</Text>;
}

/** The lines of a form; where not all fit, those around the focus. */
export function formLines({ form, submit, width, height, theme }: FormProps & { theme: Theme }): string[] {
  const shown = shownFields(form);
  const labelWidth = Math.min(Math.floor(width * 0.45), Math.max(0, ...shown.map(({ label }) => textWidth(label))));
  const blocks = shown.map((field, index) => fieldLines(form, field, index === form.index, labelWidth, width, theme));
  const onButton = form.index === shown.length;
  const button = `${onButton ? `${theme.symbols.pointer} ` : '  '}[ ${submit} ]`;
  blocks.push(['', onButton ? theme.selected(button) : button]);
  const before = blocks.slice(0, form.index).reduce((sum, block) => sum + block.length, 0);
  const current = blocks[form.index]?.length ?? 1;
  const lines = blocks.flat();
  const offset = Math.max(0, Math.min(before - 2, lines.length - height), before + current - height);
  return lines.slice(offset, offset + height);
}

function fieldLines(
  form: FormState,
  field: FormField,
  focused: boolean,
  labelWidth: number,
  width: number,
  theme: Theme,
): string[] {
  const { symbols } = theme;
  const label = pad(truncate(field.label, labelWidth, symbols.ellipsis), labelWidth);
  const head = `${focused ? `${symbols.pointer} ` : '  '}${label}`;
  const room = Math.max(4, width - labelWidth - 5);
  const line = `${focused ? theme.selected(head) : head}  ${valueText(form, field, focused, room, theme)}`;
  const notes: string[] = [];
  if (focused && field.type === 'choices') notes.push(...tickLines(form, field, width, theme));
  else if (focused && field.labels) notes.push(...listLines(form, field, width, theme));
  const error = form.errors[field.name];
  if (error) notes.push(...wrap(`${symbols.bad} ${error}`, width - 6).map((text) => theme.bad(`    ${text}`)));
  if (focused && field.description)
    notes.push(...wrap(field.description, width - 6).map((text) => theme.dim(`    ${text}`)));
  return [line, ...notes];
}

function valueText(form: FormState, field: FormField, focused: boolean, room: number, theme: Theme): string {
  const state = form.texts[field.name] ?? textState();
  if (field.type === 'boolean')
    return choices(['no', 'yes'], state.value === 'true' ? 'yes' : 'no', focused, room, theme);
  if (field.type === 'choice' && field.labels) {
    const label = field.labels[state.value] ?? state.value;
    return truncate(label, room, theme.symbols.ellipsis);
  }
  if (field.type === 'choice') return choices((field.options ?? []).map(String), state.value, focused, room, theme);
  if (field.type === 'choices') {
    const ticked = tickedOptions(form, field);
    const text = ticked.length === 0 ? 'none' : ticked.length === field.options?.length ? 'all' : ticked.join(', ');
    return truncate(text, room, theme.symbols.ellipsis);
  }
  const placeholder = field.placeholder ?? (field.optional ? 'may be left empty' : 'needed');
  return textInputLine({ state, width: room, focused, masked: field.masked === true, placeholder, theme });
}

/** At most so many choices below one another. */
const listHeight = 6;
const tickHeight = 10;

/** The choices of a field by their labels, those around the chosen one where there are many. */
function listLines({ texts }: FormState, { name, options = [], labels = {} }: FormField, width: number, theme: Theme) {
  const { symbols } = theme;
  const chosen = options.findIndex((option) => String(option) === texts[name]?.value);
  const from = Math.max(0, Math.min(chosen - Math.floor(listHeight / 2), options.length - listHeight));
  const shown = options.slice(from, from + listHeight).map((option, index) => {
    const label = truncate(labels[String(option)] ?? String(option), width - 8, symbols.ellipsis);
    const on = from + index === chosen;
    const line = `    ${theme.unicode ? (on ? '◉' : '○') : on ? '(x)' : '( )'} ${label}`;
    return on ? line : theme.dim(line);
  });
  const more = options.length - shown.length;
  return more > 0 ? [...shown, theme.dim(`    ${more} more: left and right go through them`)] : shown;
}

/** The options of a field with a box before each, those around the cursor where there are many. */
function tickLines(form: FormState, field: FormField, width: number, theme: Theme): string[] {
  const { name, options = [], labels = {} } = field;
  const ticked = tickedOptions(form, field);
  const at = form.cursors[name] ?? 0;
  const from = Math.max(0, Math.min(at - Math.floor(tickHeight / 2), options.length - tickHeight));
  const lines = options.slice(from, from + tickHeight).map((option, index) => {
    const box = ticked.includes(String(option)) ? '[x]' : '[ ]';
    const label = truncate(labels[String(option)] ?? String(option), width - 10, theme.symbols.ellipsis);
    const on = from + index === at;
    const line = `    ${on ? theme.symbols.pointer : ' '} ${box} ${label}`;
    return on ? theme.selected(line) : line;
  });
  const more = options.length - lines.length;
  const keys = `space ticks, a all; left and right go through them${more > 0 ? `, ${more} more` : ''}`;
  return [...lines, ...wrap(keys, width - 6).map((text) => theme.dim(`    ${text}`))];
}

function choices(options: string[], chosen: string, focused: boolean, room: number, theme: Theme): string {
  const { symbols } = theme;
  const all = options.map((option) =>
    option === chosen ? `${theme.unicode ? '◉' : '(x)'} ${option}` : `${theme.unicode ? '○' : '( )'} ${option}`,
  );
  if (textWidth(all.join('  ')) > room)
    return `${focused ? '< ' : ''}${truncate(chosen, room - 4, symbols.ellipsis)}${focused ? ' >' : ''}`;
  return all
    .map((text, index) => (options[index] === chosen ? (focused ? theme.selected(text) : text) : theme.dim(text)))
    .join('  ');
}
