import { z } from 'zod';
import { Problem } from '../../base/errors.ts';
import type { StepKind } from '../step-kind.ts';
import { renderKnown, shellWord } from './explain.ts';

const shape = {
  confirm: z
    .union([
      z.string().min(1),
      z.strictObject({
        text: z.string().min(1).describe('The question'),
        details: z.array(z.string()).optional().describe('What the person should know before'),
        dangerous: z.boolean().optional().describe('Shown as something that destroys'),
        typed: z.string().min(1).optional().describe('What must be typed, e.g. the namespace that goes'),
        input: z.string().optional().describe('Name of the input that may hold what must be typed'),
      }),
    ])
    .describe('What is asked before it goes on'),
};
type Config = z.infer<z.ZodObject<typeof shape>>;

/** Asks the person before it goes on. */
export const confirmStep: StepKind<Config> = {
  name: 'confirm',
  description: 'Asks before it goes on; what destroys must be typed',
  shape,
  effects: 'none',
  needsCluster: () => false,
  outputs: {},
  async plan({ confirm }, context) {
    const { text, typed } = renderKnown(
      context,
      typeof confirm === 'string' ? { text: confirm, typed: undefined } : confirm,
    );
    const summary = typed === undefined ? `asks: ${text}` : `asks: ${text} (type ${typed})`;
    return { certainty: 'previewed', summary, changes: [] };
  },
  async run({ confirm }, context) {
    const asked = context.render(typeof confirm === 'string' ? { text: confirm } : confirm);
    const { text, details, typed, input } = asked;
    const more = details ? { details } : {};
    if (typed === undefined) {
      const dangerous = asked.dangerous ? { dangerous: true } : {};
      const answer = await context.ask({ kind: 'confirm', text, ...more, ...dangerous });
      if (answer.kind === 'confirm' && answer.yes) return { summary: 'confirmed' };
      throw refused(text);
    }
    const inputs = context.scope.inputs as Record<string, unknown> | undefined;
    if (input !== undefined && inputs?.[input] === typed) return { summary: `confirmed by the input ${input}` };
    const given = input === undefined ? undefined : inputs?.[input];
    if (given !== undefined && given !== '')
      throw new Problem(`The input ${input} is \`${given}\`, and what goes is \`${typed}\``, {
        next: [`Give --set ${input}=${typed} if that is what is meant`],
      });
    const answer = await context.ask({ kind: 'typed', text, ...more, expect: typed, ...(input ? { input } : {}) });
    if (answer.kind === 'typed' && answer.text === typed) return { summary: `confirmed: ${typed}` };
    throw refused(text);
  },
  async equivalent({ confirm }, context) {
    const asked = renderKnown(context, typeof confirm === 'string' ? { text: confirm, typed: undefined } : confirm);
    const { text, typed } = asked;
    const expected = typed ?? 'y';
    return [
      `read -r -p ${shellWord(`${text} [${typed === undefined ? 'y/N' : `type ${typed}`}] `)} answer`,
      `test "$answer" = ${shellWord(expected)}`,
    ];
  },
};

function refused(text: string): Problem {
  return new Problem('It was not confirmed', { where: text, next: ['Nothing was changed by this step'] });
}
