import { describe, expect, it } from 'vitest';
import { formLines } from '../../src/ui/Form.tsx';
import {
  createForm,
  editForm,
  type FormField,
  pasteIntoForm,
  shownFields,
  submitForm,
} from '../../src/ui/form-state.ts';
import { createTheme } from '../../src/ui/theme.ts';

const fields: FormField[] = [
  { name: 'profile', label: 'profile', type: 'choice', options: ['basic', 'custom'], initial: 'basic' },
  { name: 'rate', label: 'rate', type: 'number', initial: 200, shown: (values) => values.profile === 'custom' },
  {
    name: 'secret',
    label: 'secret',
    type: 'text',
    masked: true,
    optional: true,
    validate: (value) => (String(value).length < 4 ? 'it is too short' : undefined),
  },
  { name: 'email', label: 'email', type: 'text' },
];
const type = (form: ReturnType<typeof createForm>, text: string) =>
  [...text].reduce((now, sign) => editForm(now, sign, sign), form);
const keys = (form: ReturnType<typeof createForm>, ...names: string[]) =>
  names.reduce((now, name) => editForm(now, name), form);

describe('a form', () => {
  it('asks only for what counts with the other answers', () => {
    const form = createForm(fields);
    expect(shownFields(form).map(({ name }) => name)).toEqual(['profile', 'secret', 'email']);
    expect(shownFields(keys(form, 'right')).map(({ name }) => name)).toEqual(['profile', 'rate', 'secret', 'email']);
  });

  it('leads past fields with their defaults to the button and back to the first field', () => {
    const form = keys(createForm(fields), 'page-down');
    expect(form.index).toBe(3);
    expect(keys(form, 'page-up').index).toBe(0);
  });

  it('gives no values while something is missing, and points at the first fault', () => {
    const { form, values } = submitForm(type(keys(createForm(fields), 'down'), 'abc'));
    expect(values).toBeUndefined();
    expect(form.errors).toEqual({ secret: 'it is too short', email: 'This is needed' });
    expect(form.index).toBe(1);
  });

  it('gives typed values, numbers as numbers, and leaves out what was left empty', () => {
    const custom = keys(createForm(fields), 'right', 'down', 'backspace');
    const done = type(keys(type(custom, '5'), 'down', 'down'), 'a@example.com');
    expect(submitForm(done).values).toEqual({ profile: 'custom', rate: 205, email: 'a@example.com' });
  });

  it('gives the empty text where what stood there was taken away, which is not the same as nothing', () => {
    const field: FormField = { name: 'registry', label: 'registry', type: 'text', initial: 'a', optional: true };
    const form = createForm([field, { ...field, name: 'other', initial: undefined }]);
    expect(submitForm(keys(form, 'backspace')).values).toEqual({ registry: '' });
  });

  it('lists choices that have labels below one another, those around the chosen one where there are many', () => {
    const options = Array.from({ length: 20 }, (_, at) => `class-${at}`);
    const labels = Object.fromEntries(options.map((option) => [option, `${option} (Immediate)`]));
    const form = createForm([{ name: 'class', label: 'class', type: 'choice', options, labels, initial: 'class-10' }]);
    const drawn = formLines({
      form,
      submit: 'Go',
      width: 60,
      height: 20,
      theme: createTheme({ color: 0, unicode: true }),
    });
    expect(drawn.filter((line) => /^ {4}\S+ class-/.test(line))).toHaveLength(6);
    expect(drawn.join('\n')).toContain('class-10 (Immediate)');
    expect(drawn.join('\n')).toContain('14 more');
    expect(submitForm(keys(form, 'right')).values).toEqual({ class: 'class-11' });
  });

  it('ticks any number of options, all of them at once, and none', () => {
    const options = ['istio', 'consul', 'redis'];
    const parts: FormField = { name: 'parts', label: 'parts', type: 'choices', options, initial: 'istio,redis' };
    const form = createForm([parts]);
    const theme = createTheme({ color: 0, unicode: true });
    const drawn = (state: typeof form) =>
      formLines({ form: state, submit: 'Go', width: 60, height: 20, theme }).join('\n');
    expect(drawn(form)).toMatch(
      /parts {2}istio, redis\n.*❯ \[x\] istio\n.* \[ \] consul\n.* \[x\] redis\n.*space ticks/,
    );
    expect(submitForm(keys(form, 'right', ' ')).values).toEqual({ parts: 'istio,consul,redis' });
    expect(drawn(keys(form, 'a'))).toContain('parts  all');
    const none = keys(form, 'a', 'a');
    expect(drawn(none)).toContain('parts  none');
    expect(submitForm(none)).toMatchObject({ values: undefined, form: { errors: { parts: 'This is needed' } } });
    expect(submitForm({ ...none, fields: [{ ...parts, optional: true }] }).values).toEqual({ parts: '' });
  });

  it('never draws what is masked', () => {
    const form = pasteIntoForm(keys(createForm(fields), 'down'), 'hunter2hunter2\n');
    const drawn = formLines({
      form,
      submit: 'Go',
      width: 60,
      height: 20,
      theme: createTheme({ color: 0, unicode: true }),
    }).join('\n');
    expect(drawn).not.toContain('hunter2');
    expect(drawn).toContain('••••••••••••••');
  });

  it('checks a field when it is left, not while it is typed', () => {
    const typing = type(keys(createForm(fields), 'down'), 'ab');
    expect(typing.errors).toEqual({});
    expect(keys(typing, 'down').errors).toEqual({ secret: 'it is too short' });
  });
});
