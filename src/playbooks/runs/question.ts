/** What a run asks a person. It waits for its answer, however long; any attached screen or `--yes` may give it. */
export type Question =
  /** Yes or no. */
  | { kind: 'confirm'; text: string; details?: string[]; dangerous?: boolean }
  /** What is destructive: the person types `expect`. `input` is the input that may hold it instead. */
  | { kind: 'typed'; text: string; details?: string[]; expect: string; input?: string }
  /** One of several ways on; `--yes` chooses none of them. `next` says how it is answered without a person. */
  | { kind: 'choice'; text: string; details?: string[]; choices: Choice[]; next?: string }
  /** A text; a sensitive one is not shown, and never written down. */
  | { kind: 'input'; text: string; details?: string[]; name: string; sensitive?: boolean; initial?: string }
  /** A step failed. */
  | { kind: 'failure'; text: string; choices: FailureChoice[] }
  | Offer;

/** Something that a person may do while a step goes on: nothing waits for it. `label` is what its key does: `switch back`. */
export interface Offer {
  kind: 'offer';
  text: string;
  details?: string[];
  label: string;
}

export interface Choice {
  value: string;
  label: string;
}

export type FailureChoice = 'retry' | 'skip' | 'undo' | 'stop';

export type Answer =
  | { kind: 'confirm'; yes: boolean }
  | { kind: 'typed'; text: string }
  | { kind: 'choice'; value: string }
  /** The sink masks the text of a sensitive one before it is recorded. */
  | { kind: 'input'; text: string }
  | { kind: 'failure'; choice: FailureChoice }
  /** It is done. */
  | { kind: 'offer' };
