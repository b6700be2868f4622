import { z } from 'zod';
import { KubernetesError } from '../../../../cluster/kubernetes-error.ts';
import { shellWord } from '../../explain.ts';
import type { SourceKind } from '../source-kind.ts';

const schema = z.strictObject({
  path: z.string().startsWith('/').describe('A plain GET; `{error, status}` when it is refused'),
});

/** Whatever the API server answers at a path. */
export const pathSource: SourceKind<z.infer<typeof schema>> = {
  key: 'path',
  schema,
  async read({ path }, { connection, signal }) {
    try {
      return (await connection.request({ path, signal })).body;
    } catch (error) {
      if (error instanceof KubernetesError) return { error: error.message, status: error.status };
      throw error;
    }
  },
  commands: ({ path }) => [`kubectl get --raw ${shellWord(path)}`],
};
