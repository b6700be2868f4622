import type { z } from 'zod';
import type { AccessNeed, PreviewContext } from '../../step-kind.ts';

/** What reading a source may use; its `signal` ends as well when the run is to stop after its effects. */
export type SourceContext = PreviewContext;

/** One kind of thing that a check can read; each is a file in `sources/`. */
export interface SourceKind<Source> {
  /** The key by which it is written, e.g. `list`. */
  key: string;
  schema: z.ZodType<Source>;
  /** Reads it; nothing is changed by that. Throws, and the findings that use it say why. */
  read(source: Source, context: SourceContext): Promise<unknown>;
  /** Reading it acts on the cluster: something is run in a pod. */
  changes?: boolean;
  /** Reading it takes something from this machine, or asks somebody outside of the cluster. */
  reaches?: boolean;
  /** Whether reading it asks the cluster; absent: it does. */
  needsCluster?(source: Source): boolean;
  /** The rights that reading it takes; without them its findings say so. Absent: none that are worth asking about. */
  access?(source: Source): readonly AccessNeed[];
  /** Names of the files that it reads, by the playbook's folder. */
  files?(source: Source): readonly string[];
  /** The commands that read the same. */
  commands(source: Source, namespace: string): string[];
}
