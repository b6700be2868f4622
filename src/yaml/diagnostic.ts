/** A problem in a declarative file. */
export interface Diagnostic {
  file: string;
  /** From 1. */
  line: number;
  column: number;
  /** How many characters the frame underlines. */
  length: number;
  message: string;
  /** `did you mean …`, or what is allowed. */
  hint?: string;
  severity: 'error' | 'warning';
  /** The lines around it with a mark below, ready to draw. */
  frame: string[];
}
