import { exitCodes, Problem } from '../base/errors.ts';
import { printableLine } from '../base/printable.ts';
import { type GivenInput, type InputValue, inputFault, isAsked, parseInput } from '../playbooks/inputs.ts';
import type { InputDefinition, Playbook } from '../playbooks/model.ts';
import { printNote } from './output.ts';
import { askOnce } from './run-consents.ts';

/**
 * The given inputs and the sensitive ones that are missing, asked for on the terminal without echo. Nothing is asked where
 * nobody is; what is missing then is told with all other faults.
 */
export async function withPrompted(
  { inputs }: Pick<Playbook, 'inputs'>,
  given: readonly GivenInput[],
  interactive: boolean,
): Promise<GivenInput[]> {
  if (!interactive) return [...given];
  const prompted: GivenInput[] = [];
  for (const [name, definition] of missing(inputs, given))
    prompted.push({ name, value: await prompt(name, definition), source: 'form' });
  return [...given, ...prompted];
}

function missing(inputs: Playbook['inputs'], given: readonly GivenInput[]): [string, InputDefinition][] {
  const values: Record<string, InputValue> = {};
  for (const [name, { default: value }] of Object.entries(inputs)) if (value !== undefined) values[name] = value;
  for (const { name, value } of given) {
    const definition = inputs[name];
    if (definition && !definition.sensitive)
      values[name] = typeof value === 'string' ? parseInput(value, definition) : (value as InputValue);
  }
  const named = new Set(given.map(({ name }) => name));
  return Object.entries(inputs).filter(([name, definition]) => {
    const { sensitive, default: value, optional, generate } = definition;
    const needed = sensitive && value === undefined && !optional && !generate && !named.has(name);
    return needed && isAsked(definition, inputs, values);
  });
}

async function prompt(name: string, definition: InputDefinition): Promise<string> {
  printNote(printableLine(definition.description));
  for (;;) {
    const answer = await askOnce({ kind: 'input', text: '', name, sensitive: true });
    if (answer?.kind !== 'input') throw new Problem('Nothing was done', { exitCode: exitCodes.interrupted });
    const fault = inputFault(answer.text, definition);
    if (fault === undefined) return answer.text;
    printNote(`${name}: ${fault}`);
  }
}
