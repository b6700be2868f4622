import type { DiagnosisReport } from '../playbooks/diagnosis/diagnosis-report.ts';
import { inOrder, type RankedCause } from '../playbooks/diagnosis/rank.ts';

/** What is wrong with the system, and what repairs it. */
export interface DiagnosisScreen {
  type: 'diagnosis';
  /** `all`, or one diagnosis: `tars/diagnose-pods`. */
  wanted: string;
  title: string;
  /** Undefined until the first one is made. */
  report: DiagnosisReport | undefined;
  /** Of the time before a repair: what is better since then is said. */
  before?: DiagnosisReport | undefined;
  /** It is being made, anew where there is a report. */
  asking: boolean;
  index: number;
  /** The first line of the chosen cause that is seen. */
  from: number;
}

/** A repair that was chosen on that screen. */
export interface Fixing {
  playbook: string;
  /** Once it has begun. */
  run: string | undefined;
  wanted: string;
  title: string;
  before: DiagnosisReport;
}

/** The causes with what follows from them, as they are listed. */
export function causesOf({ report }: DiagnosisScreen): RankedCause[] {
  return report ? inOrder(report.causes) : [];
}
