import type { FormEntry } from '../app/services.ts';
import { messageOf } from '../base/errors.ts';
import { printableLine } from '../base/printable.ts';
import type { ClusterChoice } from '../cluster/connection.ts';
import { type InputValue, inputFault, isAsked } from '../playbooks/inputs.ts';
import { readInputs, readsCluster, withReading } from '../playbooks/inputs-from-cluster.ts';
import type { InputChoice, InputDefinition, Playbook } from '../playbooks/model.ts';
import type { FieldValue, FormField } from '../ui/form-state.ts';
import type { ClusterServices } from './console-cluster.ts';
import { toldOf } from './run-inputs-read.ts';

interface FormSurroundings {
  cluster: ClusterChoice | undefined;
  /** Where the playbook goes. */
  namespace: string;
  connectionOf: ClusterServices['connectionOf'];
}

/**
 * What a playbook asks for, with what the cluster has now. One that cannot be asked leaves the defaults, and the form says so.
 */
export async function makeForm(
  playbook: Playbook,
  presets: Record<string, InputValue>,
  { cluster, namespace, connectionOf }: FormSurroundings,
): Promise<FormEntry> {
  if (!cluster || !readsCluster(playbook)) return { fields: fieldsOf(playbook, playbook, presets) };
  try {
    const { connection, done } = await connectionOf(cluster);
    try {
      const reading = await readInputs(connection, playbook, namespace);
      const fields = fieldsOf(withReading(playbook, reading), playbook, presets);
      const shown = new Set(fields.map(({ name }) => name));
      const { notes } = toldOf({ ...reading, unread: reading.unread.filter(({ name }) => shown.has(name)) });
      return notes.length > 0 ? { fields, notice: notes.join('; ') } : { fields };
    } finally {
      done();
    }
  } catch (error) {
    const notice = `The defaults stand in for what there is now: ${printableLine(messageOf(error))}`;
    return { fields: fieldsOf(playbook, playbook, presets), notice };
  }
}

function fieldsOf(read: Playbook, written: Playbook, presets: Record<string, InputValue>): FormField[] {
  const { inputs } = read;
  const defaults = Object.fromEntries(Object.entries(inputs).map(([name, one]) => [name, one.default ?? zeroOf(one)]));
  return Object.entries(inputs)
    .filter(([name]) => !Object.hasOwn(presets, name))
    .map(([name, definition]): FormField => {
      const { type, options, sensitive, generate, optional, default: initial } = definition;
      const choices = choicesOf(definition);
      return {
        name,
        label: name,
        description: descriptionOf(definition, textOf(written.inputs[name]?.default)),
        type: type === 'list' ? 'choices' : options || choices ? 'choice' : type === 'string' ? 'text' : type,
        options: options ?? choices?.map(({ value }) => value),
        labels: choices && Object.fromEntries(choices.map(({ value, label }) => [String(value), printableLine(label)])),
        initial: textOf(initial),
        masked: sensitive === true,
        optional: optional === true || generate !== undefined,
        placeholder: placeholderOf(definition),
        validate: (value) => inputFault(String(value), definition),
        shown: definition.when
          ? (values) => asked(definition, inputs, { ...defaults, ...values, ...presets })
          : undefined,
      };
    });
}

/** What is offered, nothing among it where the input may be left empty. Where there is nothing to choose, it is typed. */
function choicesOf({ offered = [], optional, type }: InputDefinition): InputChoice[] | undefined {
  if (offered.length === 0) return undefined;
  return optional && type !== 'list' ? [{ value: '', label: 'left empty' }, ...offered] : offered;
}

function descriptionOf({ description, default: now, from, sensitive }: InputDefinition, usual: FieldValue | undefined) {
  if (!from || sensitive || usual === undefined || usual === '' || now === usual) return description;
  return `${description} (unless set: ${usual})`;
}

function placeholderOf({ generate, offered }: InputDefinition): string | undefined {
  if (offered?.length === 0) return 'the cluster has none to choose from';
  return generate ? 'generated, unless the cluster has one' : undefined;
}

/** A list as the form holds it: its texts with commas between them. */
function textOf(value: InputValue | undefined): FieldValue | undefined {
  return Array.isArray(value) ? value.join(',') : value;
}

const zeroOf = ({ type }: InputDefinition): InputValue => (type === 'number' ? 0 : type === 'boolean' ? false : '');

function asked(definition: InputDefinition, inputs: Playbook['inputs'], values: Record<string, InputValue>): boolean {
  const typed = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typedAs(inputs[name]?.type, value)]),
  );
  return isAsked(definition, inputs, typed);
}

function typedAs(type: InputDefinition['type'] | undefined, value: InputValue): InputValue {
  if (type === 'number') return Number(value);
  return type === 'list' && typeof value === 'string' ? value.split(',').filter(Boolean) : value;
}
