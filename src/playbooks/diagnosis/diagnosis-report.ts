import type { RankedCause, Ranking } from './rank.ts';

/** What the diagnoses of a system have found; all of its text is raw. */
export interface DiagnosisReport extends Ranking {
  system: string;
  title: string;
  namespace: string;
  context: string;
  sandbox: boolean;
  /** When it was made: UTC, ISO 8601. */
  at: string;
  /** The diagnoses that were made. */
  diagnoses: { ref: string; title: string }[];
}

/** One sentence on all of it. */
export function verdictOf({ causes, good, unread, diagnoses }: DiagnosisReport): string {
  const by = `${diagnoses.length} ${diagnoses.length === 1 ? 'diagnosis' : 'diagnoses'}`;
  const asExpected = `${good} ${good === 1 ? 'thing is' : 'things are'} as expected`;
  const dark = unread.length > 0 ? `; ${unread.length} could not be read` : '';
  if (causes.length === 0)
    return unread.length > 0
      ? `Nothing is found by ${by}, but ${unread.length} could not be read; ${asExpected}`
      : `Nothing is wrong, as far as ${by} can tell: ${asExpected}`;
  const what = causes.length === 1 ? '1 cause' : `${causes.length} causes, the likeliest first`;
  return `${what}; ${asExpected}${dark}`;
}

/** Whether nothing can be said of the system's health: nothing was found, and what decides it could not be read. */
export function isUnknown({ causes, unread }: Pick<DiagnosisReport, 'causes' | 'unread'>): boolean {
  return causes.length === 0 && unread.some(({ finding }) => finding.level === 'fatal');
}

/** What is wrong, as one sentence: the cause where the finding tells one. */
export function sentenceOf({ finding }: Pick<RankedCause, 'finding'>): string {
  return finding.cause ?? `${finding.title}: expected ${finding.expected}, observed ${finding.observed}`;
}

/** What has become of the causes of an earlier look: those that are gone, and those that are new, each as its sentence. */
export function changedSince(
  before: Pick<DiagnosisReport, 'causes'>,
  now: Pick<DiagnosisReport, 'causes'>,
): { better: string[]; worse: string[] } {
  const key = ({ finding }: RankedCause) => finding.id ?? finding.title;
  const all = (causes: readonly RankedCause[]): RankedCause[] =>
    causes.flatMap((cause) => [cause, ...all(cause.consequences)]);
  const [old, fresh] = [all(before.causes), all(now.causes)];
  const gone = old.filter((one) => !fresh.some((other) => key(other) === key(one)));
  const come = fresh.filter((one) => !old.some((other) => key(other) === key(one)));
  return { better: [...new Set(gone.map(titleOf))], worse: [...new Set(come.map(titleOf))] };
}

const titleOf = ({ finding }: RankedCause) => finding.title;
