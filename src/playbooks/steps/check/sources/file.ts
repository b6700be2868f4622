import { z } from 'zod';
import { readFileFacts } from '../../exec/local-file.ts';
import { shellWord } from '../../explain.ts';
import { workspacePath } from '../../workspace-path.ts';
import type { SourceKind } from '../source-kind.ts';

const schema = z.strictObject({
  file: z
    .string()
    .min(1)
    .describe(
      'A file of this machine, by the folder that the console was started in: {path, bytes, sha256, head, tail}, the last two of 4 KiB; null where there is none',
    ),
});

/** What is known of a local file without keeping it in memory. */
export const fileSource: SourceKind<z.infer<typeof schema>> = {
  key: 'file',
  schema,
  needsCluster: () => false,
  reaches: true,
  read: async ({ file }, context) => (await readFileFacts(workspacePath(file, context), context.signal)) ?? null,
  commands: ({ file }) => [`sha256sum ${shellWord(file)}`],
};
