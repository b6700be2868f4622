import { kindOf } from '../kind-of.ts';
import { effectsOf } from '../step-effects.ts';
import type { Flow, Visit } from './course.ts';
import { isBelow } from './earlier.ts';
import { holdsSteps } from './held-steps.ts';

export interface UndoSelection {
  /** What can be taken back, newest first. */
  visits: Visit[];
  /** What stays as it is, each with the reason. */
  left: string[];
}

/** Of the steps that have acted, those that can be taken back; a step that holds others and has its own way stands for them. */
export function selectForUndo({ visits, execution }: Flow, isMeant: (id: string) => boolean): UndoSelection {
  const meant = [...visits.values()].filter(({ place }) => isMeant(place.id) && !place.id.includes('/undo/'));
  const newest = meant.sort((a, b) => b.seq - a.seq);
  const standing = newest.filter(
    ({ frame, place: { step } }) => holdsSteps(frame, step) && (step.undo === 'steps' || step.undo === 'never'),
  );
  const selection: UndoSelection = { visits: [], left: [] };
  for (const visit of newest) {
    const { step, id } = visit.place;
    if (standing.some(({ place }) => isBelow(id, place.id))) continue;
    const kind = kindOf(execution.stepKinds, step);
    const holds = holdsSteps(visit.frame, step);
    if (step.undo === 'steps' || (kind?.undo && !holds && step.undo !== 'never')) selection.visits.push(visit);
    else if (step.undo === 'never') selection.left.push(`${step.title}: it is never taken back`);
    else if (!holds && effectsOf(execution.stepKinds, step) !== 'none')
      selection.left.push(`${step.title}: it cannot be taken back`);
  }
  return selection;
}
