/** What a check found. */
export interface Finding {
  /** A positive sentence: what should be so, e.g. `The cluster has 8 CPU cores`. */
  title: string;
  /** `ok`, or how bad it is that it is not so: only `fatal` fails the step. */
  level: 'ok' | 'warning' | 'fatal';
  expected: string;
  observed: string;
  evidence?: string[];
  /** The command or playbook that repairs it. */
  repair?: string;
  /** Names it among the findings of its system; several have the same one where it was looked for in each item of a list. */
  id?: string;
  /** What is wrong when it is not so, as a sentence. */
  cause?: string;
  /** How likely `cause` is what is behind it, 0 to 100; see `certaintyOf` for one that does not say. */
  certainty?: number;
  /** Ids of findings of the system that follow from it. */
  explains?: string[];
  fix?: FindingFix;
  /** It could not be read whether it is so; `observed` says why. */
  unread?: boolean;
}

/** A playbook that repairs it, with the inputs that it is given. */
export interface FindingFix {
  playbook: string;
  with?: Record<string, string | number | boolean>;
  title?: string;
  /** The system that a playbook of all systems is run for. */
  system?: string;
}

/** How likely its cause is: what it says, else 70 for what is fatal and 40 for a warning. */
export function certaintyOf({ certainty, level }: Pick<Finding, 'certainty' | 'level'>): number {
  return certainty ?? (level === 'fatal' ? 70 : 40);
}
