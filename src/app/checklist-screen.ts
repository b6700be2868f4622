import type { ChecklistReport, ItemState } from '../playbooks/checklists/checklist-report.ts';

/** What must be so before the system goes into production, and how it stands. */
export interface ChecklistScreen {
  type: 'checklist';
  /** `atas/production` */
  checklist: string;
  title: string;
  /** Undefined until the checks were made once. */
  report: ChecklistReport | undefined;
  /** The checks are being made, anew where there is a report. */
  asking: boolean;
  index: number;
  /** The first line of the chosen item's details that is seen. */
  from: number;
}

/** The item that is pointed at. */
export function chosenItem({ report, index }: ChecklistScreen): ItemState | undefined {
  return report?.items[index];
}
