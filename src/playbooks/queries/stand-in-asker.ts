import type { SystemQuery } from '../../systems/query-schema.ts';
import type { CountedFigure } from '../../systems/stand-in-figure.ts';
import { countedFigure } from '../steps/promql/counted-figure.ts';
import { type PodMetricsText, scrapeService } from '../steps/promql/scrape-service.ts';
import { standInFor } from '../steps/promql/stand-in.ts';

/** Over what the sandbox’s figures are counted, as `[5m]` in the queries. */
const windowMs = 5 * 60_000;

/**
 * What the sandbox’s own programs say in the place of a Prometheus. What they count is remembered from call to call; `fresh` is of one
 * round of queries, in which each Service is looked at once.
 */
export function createStandInAsker(context: Parameters<typeof scrapeService>[1] & Parameters<typeof standInFor>[1]) {
  const scrapes = new Map<string, { at: number; pods: PodMetricsText[] }[]>();

  /** The newest look at a Service, and the oldest of the window if there was one before. */
  async function scraped({ service, path }: CountedFigure, fresh: Map<string, Promise<void>>) {
    const key = `${service} ${path ?? ''}`;
    const known = scrapes.get(key) ?? [];
    scrapes.set(key, known);
    const look = async () => {
      known.push({ at: Date.now(), pods: await scrapeService({ service, path }, context) });
      while (known.length > 2 && Date.now() - (known[1]?.at ?? 0) > windowMs) known.shift();
    };
    const looked = fresh.get(key) ?? look();
    fresh.set(key, looked);
    await looked;
    return { before: known.length > 1 ? known[0]?.pods : undefined, after: known.at(-1)?.pods ?? [] };
  }

  return async ({ rehearse }: SystemQuery, fresh: Map<string, Promise<void>>) => {
    if (!rehearse) throw new Error('the sandbox knows no figure that could stand in for this query');
    if (!('of' in rehearse)) return { value: (await standInFor(rehearse, context)).value, sinceStart: false };
    const { before, after } = await scraped(rehearse, fresh);
    const value = before ? countedFigure(rehearse, before, after) : null;
    // Where nothing has happened since somebody looks, what happened before is worth more than nothing.
    return value === null
      ? { value: countedFigure(rehearse, [], after), sinceStart: true }
      : { value, sinceStart: false };
  };
}
