/** One piece of a word; what is quoted is neither split nor taken as a pattern. */
export type Part =
  | { type: 'text'; text: string; quoted: boolean }
  | { type: 'variable'; name: string; operator: string; word: Word; quoted: boolean }
  | { type: 'substitution'; script: Script; quoted: boolean }
  | { type: 'arithmetic'; expression: Word; quoted: boolean };

export type Word = Part[];

export interface Redirect {
  fd: number;
  operator: '>' | '>>' | '<' | '>&' | '<<';
  target: Word;
}

export interface Assignment {
  name: string;
  value: Word;
}

export type Command =
  | { type: 'simple'; assignments: Assignment[]; words: Word[]; redirects: Redirect[] }
  | { type: 'group' | 'subshell'; body: Script; redirects: Redirect[] }
  | { type: 'if'; branches: { test: Script; body: Script }[]; otherwise: Script; redirects: Redirect[] }
  | { type: 'loop'; until: boolean; test: Script; body: Script; redirects: Redirect[] }
  | { type: 'for'; name: string; words: Word[] | undefined; body: Script; redirects: Redirect[] }
  | { type: 'case'; word: Word; arms: { patterns: Word[]; body: Script }[]; redirects: Redirect[] }
  | { type: 'function'; name: string; body: Command; redirects: Redirect[] };

export interface Pipeline {
  negated: boolean;
  commands: Command[];
}

/** `a && b || c`, in the background when it ends with `&`. */
export interface AndOr {
  first: Pipeline;
  rest: { operator: '&&' | '||'; pipeline: Pipeline }[];
  background: boolean;
}

export type Script = AndOr[];

/** A script that is not one; `open` when more text could make it one. */
export class SyntaxFault extends Error {
  readonly open: boolean;
  constructor(message: string, open = false) {
    super(message);
    this.open = open;
  }
}
