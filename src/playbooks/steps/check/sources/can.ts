import { z } from 'zod';
import { reviewAccess } from '../../../../cluster/access-review.ts';
import { accessCommand } from '../access-command.ts';
import type { SourceKind } from '../source-kind.ts';

const access = z.strictObject({
  verb: z.string().min(1),
  group: z.string().optional().describe('Empty, or left out, for the core API'),
  resource: z.string().min(1),
  subresource: z.string().optional(),
  namespace: z.string().optional().describe('Empty asks for the whole cluster'),
  name: z.string().optional(),
});
const schema = z.strictObject({
  can: z.array(access).min(1).describe('What one may do: a list of {verb, resource, allowed}'),
});

/** Rights, each asked about. */
export const canSource: SourceKind<z.infer<typeof schema>> = {
  key: 'can',
  schema,
  read: ({ can }, { connection, signal }) => reviewAccess(connection, can, signal),
  commands: ({ can }, own) => can.map((one) => accessCommand(one, own)),
};
