import type { CacheRule } from './scenario.ts';

/** `hit` and `miss` by the scenario's rule; undefined where the answer does not say. */
export type CacheOutcome = 'hit' | 'miss' | undefined;

interface CacheReader {
  byHeader?: (headers: Record<string, string | string[] | undefined>) => CacheOutcome;
  byBody?: (chunks: readonly Buffer[]) => CacheOutcome;
}

/** How an answer says whether it came from a cache: a response header, or a field of its JSON body. */
export function cacheReader(rule: CacheRule | undefined): CacheReader {
  if (!rule) return {};
  const hit = String(rule.hit).toLowerCase();
  const judge = (value: unknown): CacheOutcome => {
    if (value === undefined || value === null) return undefined;
    return String(value).toLowerCase() === hit ? 'hit' : 'miss';
  };
  if (rule.header !== undefined) {
    const name = rule.header.toLowerCase();
    return { byHeader: (headers) => judge(headers[name]) };
  }
  const fields = (rule.field ?? '').split('.');
  return {
    byBody(chunks) {
      try {
        let value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
        for (const field of fields) value = (value as Record<string, unknown> | null | undefined)?.[field];
        return judge(value);
      } catch {
        return undefined;
      }
    },
  };
}
