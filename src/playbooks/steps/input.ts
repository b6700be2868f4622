import { z } from 'zod';
import { Problem } from '../../base/errors.ts';
import { valueFault } from '../input-value.ts';
import { type InputValue, parseInput } from '../inputs.ts';
import type { InputDefinition } from '../model.ts';
import type { StepContext, StepKind } from '../step-kind.ts';
import { renderKnown, shellWord } from './explain.ts';
import { scalar } from './step-shapes.ts';

const shape = {
  input: z
    .strictObject({
      name: z
        .string()
        .regex(/^[a-zA-Z][a-zA-Z0-9_]*$/, 'it is named by letters, digits and `_`')
        .describe('The input of this playbook that may hold it already; a sensitive one is taken by this name'),
      text: z.string().min(1).describe('The question'),
      details: z.array(z.string()).optional().describe('What helps to answer it'),
      type: z.enum(['string', 'number', 'boolean']).optional().describe('`string` unless said'),
      default: scalar.optional().describe('Taken when nothing is typed'),
      sensitive: z.boolean().optional().describe('Becomes the secret of that name; never shown, never an output'),
      pattern: z.string().min(1).optional().describe('A regular expression that the whole text must match'),
      format: z.enum(['email']).optional().describe('What kind of text it is'),
      hint: z.string().optional().describe('Says the pattern in words'),
      options: z
        .array(scalar)
        .min(1)
        .optional()
        .describe('The only values that are allowed; where the input holds another, e.g. `ask`, it is asked for'),
      minimum: z.number().optional().describe('Of a number'),
      maximum: z.number().optional().describe('Of a number'),
      optional: z.boolean().optional().describe('May be left empty'),
    })
    .describe('A value that only a person knows'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;
type Asked = Config['input'];

/** Asks a person for a value in the middle of a run, where it could not be known before. */
export const inputStep: StepKind<Config> = {
  name: 'input',
  description: 'Asks a person for a value in the middle of a run',
  shape,
  effects: 'none',
  needsCluster: () => false,
  outputs: { value: 'dyn' },
  volatile: ({ input }) => input.sensitive === true,
  async plan(config, context) {
    const { text } = renderKnown(context, config.input);
    return { certainty: 'previewed', summary: `asks: ${text}`, changes: [] };
  },
  async run(config, context) {
    const asked = context.render(config.input);
    const { name, sensitive } = asked;
    const given = sensitive ? context.secret(name) : givenInput(asked, context);
    const value = given ?? (await askUntilRight(asked, context));
    if (!sensitive) return { summary: `${name} is ${value === '' ? 'left empty' : value}`, outputs: { value } };
    if (given === undefined) context.give(name, String(value));
    return { summary: `${name} is known` };
  },
  async equivalent(config, context) {
    const { name, text, sensitive } = renderKnown(context, config.input);
    return [`read -r${sensitive ? ' -s' : ''} -p ${shellWord(`${text} `)} ${name}`];
  },
};

/** One that is none of the step's options, such as `ask`, leaves it to the person. */
function givenInput({ name, options }: Asked, { scope }: Pick<StepContext, 'scope'>): InputValue | undefined {
  const value = (scope.inputs as Record<string, InputValue> | undefined)?.[name];
  return value === undefined || value === '' || (options && (Array.isArray(value) || !options.includes(value)))
    ? undefined
    : value;
}

/** Asks, and asks again with the reason as long as the answer cannot be taken. */
async function askUntilRight(asked: Asked, context: StepContext): Promise<InputValue> {
  const definition = { ...asked, description: asked.text, type: asked.type ?? 'string' } as InputDefinition;
  let details = asked.details ?? [];
  for (;;) {
    const text = await ask(asked, details, context);
    if (asked.sensitive && text !== '') context.hide(text);
    if (text === '' && asked.default !== undefined) return asked.default;
    if (text === '' && asked.optional) return '';
    const value = parseInput(text, definition);
    const fault = valueFault(value, definition);
    if (fault === undefined) return value;
    details = [...(asked.details ?? []), `That cannot be taken: ${fault}`];
  }
}

async function ask(
  { name, text, sensitive, options, default: initial }: Asked,
  details: string[],
  context: StepContext,
): Promise<string> {
  const more = details.length > 0 ? { details } : {};
  const way = wayWithoutAsking(name, sensitive === true);
  if (options && !sensitive) {
    const choices = options.map((option) => ({ value: String(option), label: String(option) }));
    const answer = await context.ask({ kind: 'choice', text, ...more, choices, next: way });
    return answer.kind === 'choice' ? answer.value : '';
  }
  try {
    const secret = sensitive ? { sensitive } : initial === undefined ? {} : { initial: String(initial) };
    const answer = await context.ask({ kind: 'input', text, ...more, name, ...secret });
    return answer.kind === 'input' ? answer.text : '';
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { where, evidence } = error;
    throw new Problem(error.message, { where, evidence, next: [way, 'Or run it in a terminal.'], cause: error });
  }
}

function wayWithoutAsking(name: string, sensitive: boolean): string {
  const flag = sensitive ? `--set-env ${name}=VARIABLE` : `--set ${name}=…`;
  return `Let the playbook have an input \`${name}\`, and give it before: ${flag}`;
}
