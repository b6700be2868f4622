import { z } from 'zod';
import { loadSettings } from '../../../../configuration/settings.ts';
import { lookForTool } from '../../../../tools/find-tool.ts';
import { knownTools } from '../../../../tools/known-tools.ts';
import type { SourceKind } from '../source-kind.ts';

const names = knownTools.map(({ name }) => name) as [string, ...string[]];
const schema = z.strictObject({
  tools: z
    .array(z.enum(names))
    .min(1)
    .describe('Programs on this machine: a list of {name, found, version, path, minimum, enough, install}'),
});

/** Programs on this machine, each with the line that installs it here. */
export const toolsSource: SourceKind<z.infer<typeof schema>> = {
  key: 'tools',
  schema,
  needsCluster: () => false,
  async read({ tools }, { signal }) {
    signal.throwIfAborted();
    const { tools: paths } = loadSettings();
    const wanted = tools.flatMap((name) => knownTools.find((tool) => tool.name === name) ?? []);
    return Promise.all(wanted.map((tool) => lookForTool(tool, { paths })));
  },
  commands: ({ tools }) =>
    knownTools
      .filter(({ name }) => tools.includes(name))
      .map(({ name, versionArgs = ['--version'] }) => [name, ...versionArgs].join(' ')),
};
