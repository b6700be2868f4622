import { messageOf } from '../../../base/errors.ts';
import type { SourceContext } from './source-kind.ts';
import { type CheckSource, sourceKindOf } from './sources.ts';

export interface Collected {
  values: Record<string, unknown>;
  /** Why something could not be read or worked out, as a sentence by its name. */
  errors: Record<string, string>;
}

/** Reads everything that a check needs. Never throws for one source: the findings that use it say why. */
export async function collect(sources: Record<string, CheckSource>, context: SourceContext): Promise<Collected> {
  const collected: Collected = { values: {}, errors: {} };
  await Promise.all(
    Object.entries(sources).map(async ([name, source]) => {
      try {
        collected.values[name] = await sourceKindOf(source).read(source, context);
      } catch (error) {
        context.signal.throwIfAborted();
        collected.values[name] = { error: messageOf(error) };
        collected.errors[name] = `${name} could not be read: ${messageOf(error)}`;
      }
    }),
  );
  return collected;
}
