import { z } from 'zod';
import type { SourceKind } from '../source-kind.ts';

const schema = z.strictObject({
  clock: z
    .literal('server')
    .describe(
      '{skewSeconds, now, repair}: how far this machine’s clock is ahead of the API server’s, and what time it is there',
    ),
});

/** The clock of this machine against the API server's, by the Date of an answer; that one counts whole seconds. */
export const clockSource: SourceKind<z.infer<typeof schema>> = {
  key: 'clock',
  schema,
  async read(_, { connection, signal }) {
    const startedAt = Date.now();
    const { headers } = await connection.request({ path: '/version', signal });
    const repair = process.platform === 'darwin' ? 'sudo sntp -sS time.apple.com' : 'sudo timedatectl set-ntp true';
    const now = new Date(Date.parse(headers.date ?? '') || startedAt).toISOString();
    return { skewSeconds: clockSkew(headers.date, startedAt, Date.now()), now, repair };
  },
  commands: () => ['kubectl get --raw /version -v=8 2>&1 | grep Date:; date -u'],
};

/**
 * Seconds that we are ahead of a server whose answer said this Date, between two moments in milliseconds of our clock; 0 as long
 * as both may show the same, for the Date's fraction of a second and the way are not known. Null where no Date was said.
 */
export function clockSkew(date: string | undefined, startedAt: number, endedAt: number): number | null {
  const said = Date.parse(date ?? '');
  if (Number.isNaN(said)) return null;
  // The answer was written within [said, said + 1 s), and within [startedAt, endedAt] of ours.
  const least = startedAt - (said + 1000);
  const most = endedAt - said;
  if (least <= 0 && most >= 0) return 0;
  return Math.round((least > 0 ? least : most) / 1000);
}
