import { ask } from '../ask.ts';
import type { ProcessContext } from '../image.ts';
import type { Peer } from '../messages.ts';

const statements = [
  `CREATE TABLE IF NOT EXISTS test_executions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  status text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now()
)`,
  `CREATE TABLE IF NOT EXISTS test_results (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  execution_id uuid NOT NULL,
  passed boolean NOT NULL
)`,
];

/** The database of `DB_URL`, and the words by which the service logs in there. */
export function databaseOf({ env, dial }: ProcessContext): { peer: Peer | undefined; words: [string, string, string] } {
  const [, host = 'atas-db', port = '5432', name = 'atasdb'] =
    /^jdbc:postgresql:\/\/([^:/?]+)(?::(\d+))?\/([^?]+)/.exec(env.DB_URL ?? '') ?? [];
  return { peer: dial(host, Number(port)), words: [env.DB_USERNAME ?? 'atas', name, env.DB_PASSWORD ?? ''] };
}

/** Makes the tables that are not there yet, as Flyway does when the service starts. False when the database is away. */
export function migrate(context: ProcessContext): boolean {
  const { peer, words } = databaseOf(context);
  const answers = statements.map((statement) => ask(peer, ['SQL', ...words, context.pod, statement]));
  ask(peer, ['END', ...words, context.pod]);
  return answers.every((answer) => answer !== undefined);
}
