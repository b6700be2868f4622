import type { ManifestSet } from '../manifest-set.ts';
import type { Playbook } from '../model.ts';
import type { PlaybookLibrary, StepKind } from '../step-kind.ts';

/** What a request names, read from the files. */
export interface LoadedRun {
  playbook: Playbook;
  /** Its namespace counts unless the cluster choice names one; all of it is `system` in expressions. */
  system: { name: string; namespace: string } & Record<string, unknown>;
  manifests: ManifestSet | undefined;
  /** The folder that the console was started in. */
  workspace: string;
  stepKinds: readonly StepKind[];
  /** The other playbooks that there are. */
  library?: PlaybookLibrary | undefined;
}
