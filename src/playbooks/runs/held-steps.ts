import type { StepDefinition } from '../model.ts';
import type { Frame } from './execution.ts';

/** Whether a step only holds others: a called playbook's, some side by side, some for each item of a list. */
export function holdsSteps(frame: Pick<Frame, 'playbook'>, step: StepDefinition): boolean {
  return frame.playbook.calls[step.id] !== undefined || step.steps !== undefined;
}

/** How many of them were done, for the result of what holds them. */
export function stepsDone(count: number): string {
  return `${count} step${count === 1 ? '' : 's'} done`;
}
