import { editText, insertText, type TextState, textState } from './text-state.ts';

export type FieldValue = string | number | boolean;

/** One thing that a form asks for. */
export interface FormField {
  name: string;
  label: string;
  /** `choices`: any number of the options; its value is their texts with commas between them. */
  type: 'text' | 'number' | 'boolean' | 'choice' | 'choices';
  /** One line that explains it. */
  description?: string | undefined;
  /** Of a choice, and of choices. */
  options?: readonly FieldValue[] | undefined;
  /** How options are shown, by their text; with it they stand below one another. */
  labels?: Readonly<Record<string, string>> | undefined;
  initial?: FieldValue | undefined;
  /** Never drawn; kept in memory only. */
  masked?: boolean;
  /** What happens when it is left empty, e.g. `generated`. */
  placeholder?: string | undefined;
  /** May be left empty. */
  optional?: boolean;
  /** The sentence that says what is wrong, or undefined. Empty optional fields are not asked. */
  validate?: ((value: FieldValue) => string | undefined) | undefined;
  /** Whether it is asked for at all, given the others. */
  shown?: ((values: Record<string, FieldValue>) => boolean) | undefined;
}

export interface FormState {
  fields: readonly FormField[];
  texts: Record<string, TextState>;
  /** Index into the shown fields; one behind the last is the button that goes on. */
  index: number;
  errors: Record<string, string>;
  /** Of fields with choices: the index of the option that a key would tick. */
  cursors: Record<string, number>;
}

export function createForm(fields: readonly FormField[]): FormState {
  const texts = Object.fromEntries(fields.map((field) => [field.name, textState(initialText(field))]));
  return { fields, texts, index: 0, errors: {}, cursors: {} };
}

/** The fields that are asked for, given what stands in the others. */
export function shownFields(form: FormState): FormField[] {
  const values = rawValues(form);
  return form.fields.filter((field) => field.shown?.(values) ?? true);
}

/** The form after a key. Enter goes to the next field, page down to the button; there Enter is the caller's. */
export function editForm(form: FormState, key: string, text?: string): FormState {
  const shown = shownFields(form);
  const field = shown[form.index];
  const to = (index: number) => leave({ ...form, index: (index + shown.length + 1) % (shown.length + 1) }, field);
  if (key === 'down' || key === 'tab' || (key === 'enter' && field)) return to(form.index + 1);
  if (key === 'up' || key === 'shift-tab') return to(form.index - 1);
  if (key === 'page-down') return to(shown.length);
  if (key === 'page-up') return to(0);
  if (!field) return form;
  if (field.type === 'boolean' || field.type === 'choice') return cycle(form, field, key);
  if (field.type === 'choices') return tick(form, field, key);
  return change(form, field, editText(form.texts[field.name] ?? textState(), key, text));
}

/** The form after text was pasted into it. */
export function pasteIntoForm(form: FormState, text: string): FormState {
  const field = shownFields(form)[form.index];
  if (!field || field.type === 'boolean' || field.type === 'choice' || field.type === 'choices') return form;
  return change(form, field, insertText(form.texts[field.name] ?? textState(), text.trim()));
}

/** Checks every field; with a fault the first wrong one has the focus. Values hold what is not empty. */
export function submitForm(form: FormState): { form: FormState; values: Record<string, FieldValue> | undefined } {
  const shown = shownFields(form);
  const errors: Record<string, string> = {};
  for (const field of shown) {
    const error = errorOf(form, field);
    if (error) errors[field.name] = error;
  }
  const firstWrong = shown.findIndex((field) => errors[field.name]);
  if (firstWrong >= 0) return { form: { ...form, errors, index: firstWrong }, values: undefined };
  const values: Record<string, FieldValue> = {};
  for (const field of shown) {
    const value = fieldValue(form, field);
    if (value !== undefined) values[field.name] = value;
    // What stood there was taken away: that is not the same as never having been there.
    else if ((field.type === 'text' || field.type === 'choices') && field.initial !== undefined && !field.masked)
      values[field.name] = '';
  }
  return { form: { ...form, errors: {} }, values };
}

function fieldValue(form: FormState, field: FormField): FieldValue | undefined {
  const text = form.texts[field.name]?.value ?? '';
  if (field.type === 'boolean') return text === 'true';
  if (field.type === 'choice') return field.options?.find((option) => String(option) === text);
  if (text.trim() === '') return undefined;
  if (field.type === 'number') return Number(text);
  return field.masked ? text : text.trim();
}

function initialText(field: FormField): string {
  if (field.type === 'boolean') return String(field.initial === true);
  if (field.type === 'choice') return String(field.initial ?? field.options?.[0] ?? '');
  return field.initial === undefined ? '' : String(field.initial);
}

function rawValues(form: FormState): Record<string, FieldValue> {
  return Object.fromEntries(form.fields.map((field) => [field.name, fieldValue(form, field) ?? '']));
}

function errorOf(form: FormState, field: FormField): string | undefined {
  const value = fieldValue(form, field);
  if (value === undefined) return field.optional ? undefined : 'This is needed';
  if (field.type === 'number' && !Number.isFinite(value)) return 'This is not a number';
  return field.validate?.(value);
}

/** The options that are ticked, in their own order. */
export function tickedOptions(form: FormState, { name, options = [] }: FormField): string[] {
  const ticked = (form.texts[name]?.value ?? '').split(',');
  return options.map(String).filter((option) => ticked.includes(option));
}

/** Left and right go through the options, space ticks one, `a` all of them, or none where all are. */
function tick(form: FormState, field: FormField, key: string): FormState {
  const options = (field.options ?? []).map(String);
  const ticked = tickedOptions(form, field);
  const at = form.cursors[field.name] ?? 0;
  const step = key === 'left' || key === 'h' ? -1 : key === 'right' || key === 'l' ? 1 : 0;
  if (step !== 0 && options.length > 0)
    return { ...form, cursors: { ...form.cursors, [field.name]: (at + step + options.length) % options.length } };
  const option = options[at];
  if (key === 'a') return change(form, field, textState(ticked.length === options.length ? '' : options.join(',')));
  if (key !== ' ' || option === undefined) return form;
  const next = options.filter((one) => (one === option ? !ticked.includes(one) : ticked.includes(one)));
  return change(form, field, textState(next.join(',')));
}

function change(form: FormState, field: FormField, text: TextState): FormState {
  const { [field.name]: _, ...errors } = form.errors;
  return { ...form, texts: { ...form.texts, [field.name]: text }, errors };
}

/** A field that is left is checked, an untouched empty one only at the end. */
function leave(form: FormState, field: FormField | undefined): FormState {
  if (!field || fieldValue(form, field) === undefined) return form;
  const error = errorOf(form, field);
  const { [field.name]: _, ...errors } = form.errors;
  return { ...form, errors: error ? { ...errors, [field.name]: error } : errors };
}

function cycle(form: FormState, field: FormField, key: string): FormState {
  const options = field.type === 'boolean' ? [false, true] : (field.options ?? []);
  const at = options.findIndex((option) => String(option) === form.texts[field.name]?.value);
  const step = key === 'left' || key === 'h' ? -1 : key === 'right' || key === 'l' || key === ' ' ? 1 : 0;
  if (field.type === 'boolean' && (key === 'y' || key === 'n'))
    return change(form, field, textState(String(key === 'y')));
  if (step === 0 || options.length === 0) return form;
  return change(form, field, textState(String(options[(at + step + options.length) % options.length])));
}
