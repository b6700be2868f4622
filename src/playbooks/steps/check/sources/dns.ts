import { lookup } from 'node:dns/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { shellWord } from '../../explain.ts';
import type { SourceKind } from '../source-kind.ts';

const longestMs = 5000;
const schema = z.strictObject({
  dns: z
    .string()
    .min(1)
    .describe('A host name, as this machine looks it up: {addresses, error}; both empty for no name'),
});

const reasons: Record<string, string> = {
  ENOTFOUND: 'the name is not known',
  ENODATA: 'the name has no address',
  EAI_AGAIN: 'the name server does not answer',
};

/** The addresses that a name has for this machine; people elsewhere may be told others. */
export const dnsSource: SourceKind<z.infer<typeof schema>> = {
  key: 'dns',
  schema,
  needsCluster: () => false,
  reaches: true,
  async read({ dns }, { signal }) {
    // What an expression came to: there is no name to look up.
    if (dns.trim() === '') return { addresses: [], error: '' };
    const stop = new AbortController();
    const late = wait(longestMs, undefined, { signal: AbortSignal.any([signal, stop.signal]) }).then(
      () => 'late' as const,
    );
    // Whoever has an answer need not hear how the other ended.
    late.catch(() => {});
    try {
      const found = await Promise.race([lookup(dns, { all: true }), late]);
      if (found === 'late') return { addresses: [], error: `no answer within ${longestMs / 1000} s` };
      return { addresses: found.map(({ address }) => address), error: '' };
    } catch (error) {
      signal.throwIfAborted();
      const { code = '' } = error as { code?: string };
      return { addresses: [], error: reasons[code] ?? code };
    } finally {
      stop.abort();
    }
  },
  commands: ({ dns }) => [`getent hosts ${shellWord(dns)}`],
};
