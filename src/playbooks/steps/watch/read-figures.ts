import { messageOf } from '../../../base/errors.ts';
import type { CountedFigure } from '../../../systems/stand-in-figure.ts';
import type { SourceContext } from '../check/source-kind.ts';
import { countedFigure } from '../promql/counted-figure.ts';
import { type PodMetricsText, scrapeService } from '../promql/scrape-service.ts';

export interface FiguresRead {
  /** Null where nothing was counted in the time before. */
  values: Record<string, number | null>;
  errors: Record<string, string>;
}

/** Looks at what pods count, again and again: each figure is of what they have counted in the last `windowMs`. */
export function createFigureReader(figures: Readonly<Record<string, CountedFigure>>, windowMs: number) {
  const known = new Map<string, { at: number; pods: PodMetricsText[] }[]>();
  return async (context: SourceContext): Promise<FiguresRead> => {
    const read: FiguresRead = { values: {}, errors: {} };
    const looks = new Map<string, Promise<void>>();
    const look = ({ service, path }: CountedFigure): Promise<void> => {
      const key = `${service} ${path ?? ''}`;
      const going = looks.get(key) ?? lookAt(key, { service, path }, context);
      looks.set(key, going);
      return going;
    };
    await Promise.all(
      Object.entries(figures).map(async ([name, figure]) => {
        try {
          await look(figure);
          const seen = known.get(`${figure.service} ${figure.path ?? ''}`) ?? [];
          read.values[name] =
            seen.length > 1 ? countedFigure(figure, seen[0]?.pods ?? [], seen.at(-1)?.pods ?? []) : null;
        } catch (error) {
          context.signal.throwIfAborted();
          read.values[name] = null;
          read.errors[name] = `${name} could not be read: ${messageOf(error)}`;
        }
      }),
    );
    return read;
  };

  async function lookAt(key: string, where: { service: string; path?: string | undefined }, context: SourceContext) {
    const pods = await scrapeService(where, context);
    const at = performance.now();
    const seen = [...(known.get(key) ?? []), { at, pods }];
    // The newest look that is older than the window is what the others are compared with.
    while (seen.length > 2 && at - (seen[1]?.at ?? 0) >= windowMs) seen.shift();
    known.set(key, seen);
  }
}
