import { z } from 'zod';
import { Problem } from '../../../../base/errors.ts';
import { KubernetesError } from '../../../../cluster/kubernetes-error.ts';
import { shellWord } from '../../explain.ts';
import type { SourceKind } from '../source-kind.ts';
import { withoutNulls } from '../without-nulls.ts';
import { withoutSecrets } from '../without-secrets.ts';

const schema = z.strictObject({
  path: z
    .string()
    .startsWith('/')
    .describe(
      'A plain GET of the API server itself; `{error, status}` when it is refused. Of Secrets the keys, and no value',
    ),
});

/** Whatever the API server answers at a path. */
export const pathSource: SourceKind<z.infer<typeof schema>> = {
  key: 'path',
  schema,
  async read({ path }, { connection, signal }) {
    refuseWays(path);
    try {
      return withoutSecrets(withoutNulls((await connection.request({ path, signal })).body));
    } catch (error) {
      if (error instanceof KubernetesError) return { error: error.message, status: error.status };
      throw error;
    }
  },
  commands: ({ path }) => [`kubectl get --raw ${shellWord(path)}`],
};

/**
 * A question to the API server itself: what goes on to a program behind it may do something there, and is asked as such; and an
 * answer without an end is none.
 */
function refuseWays(path: string): void {
  const { pathname, searchParams } = new URL(path, 'https://server');
  const parts = pathname.split('/').map(decoded);
  const way = parts.find((part) => ['proxy', 'exec', 'attach', 'portforward', 'watch'].includes(part));
  if (way === undefined && !searchParams.has('watch') && !searchParams.has('follow')) return;
  throw new Problem(`\`path\` does not ask through \`${way ?? 'watch'}\`; \`http\`, \`metrics\` and \`exec\` do`, {
    where: path,
  });
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
