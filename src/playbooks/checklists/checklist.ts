import type { z } from 'zod';
import type { Playbook } from '../model.ts';
import type { checklistItemSchema } from './schema.ts';

/** One thing that must be so. Text is raw. */
export interface ChecklistItem extends Omit<z.output<typeof checklistItemSchema>, 'check'> {
  /** The program judges it; otherwise a person ticks it. */
  checked: boolean;
}

/** A list that was read and validated. */
export interface Checklist {
  /** `<system>/<name>`. */
  ref: string;
  system: string;
  name: string;
  title: string;
  description: string;
  file: string;
  items: ChecklistItem[];
  /** The checks of its items, each a step with the item's id; undefined where every item is ticked by a person. */
  checks: Playbook | undefined;
}
