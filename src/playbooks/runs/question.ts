/** What a run asks a person. It waits for its answer, however long; any attached screen or `--yes` may give it. */
export type Question =
  /** Yes or no. */
  | { kind: 'confirm'; text: string; details?: string[]; dangerous?: boolean }
  /** What is destructive: the person types `expect`. `input` is the input that may hold it instead. */
  | { kind: 'typed'; text: string; details?: string[]; expect: string; input?: string }
  /** A step failed. */
  | { kind: 'failure'; text: string; choices: FailureChoice[] };

export type FailureChoice = 'retry' | 'skip' | 'stop';

export type Answer =
  | { kind: 'confirm'; yes: boolean }
  | { kind: 'typed'; text: string }
  | { kind: 'failure'; choice: FailureChoice };
