import type { z } from 'zod';
import type { PreviewContext } from '../../step-kind.ts';

/** What reading a source may use; its `signal` ends as well when the run is to stop after its effects. */
export type SourceContext = PreviewContext;

/** One kind of thing that a check can read; each is a file in `sources/`. */
export interface SourceKind<Source> {
  /** The key by which it is written, e.g. `list`. */
  key: string;
  schema: z.ZodType<Source>;
  /** Reads it; nothing is changed by that. Throws, and the findings that use it say why. */
  read(source: Source, context: SourceContext): Promise<unknown>;
  /** The commands that read the same. */
  commands(source: Source, namespace: string): string[];
}
