import { basename } from 'node:path';
import { z } from 'zod';
import { Problem } from '../../../../base/errors.ts';
import { heaviestUse } from '../../../../load/limits.ts';
import { readScenario } from '../../../../load/scenario-file.ts';
import { invalidFiles } from '../../../../yaml/diagnostics.ts';
import type { SourceKind } from '../source-kind.ts';

const schema = z.strictObject({
  load: z
    .string()
    .min(1)
    .describe(
      'What a load test sends at its height: `{title, rate, clients, each}`, `each` a minute from the busiest client',
    ),
});

/** What a scenario asks of a system, to be held against its limits; nothing is sent. */
export const loadSource: SourceKind<z.infer<typeof schema>> = {
  key: 'load',
  schema,
  async read({ load }, context) {
    const { path, text } = await context.readFile(load);
    const { value, diagnostics } = readScenario(text, path, basename(path).replace(/\.ya?ml$/, ''));
    if (!value) throw invalidFiles(diagnostics);
    const client = value.limits?.['per-client']?.value;
    const use = client === undefined ? undefined : heaviestUse(value, client);
    if (!use) throw new Problem(`${load} does not say how much it sends, and from whom`, { where: path });
    const { rate, clients, each } = use;
    return { title: value.title, rate, clients, each };
  },
  files: ({ load }) => [load],
  commands: () => [],
};
