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
}
