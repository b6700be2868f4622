import type { StepDefinition } from '../model.ts';
import type { Begun } from './earlier.ts';
import type { RunStatus } from './events.ts';
import type { Execution, Frame, Place } from './execution.ts';

/** Why nothing but `always` steps may begin any more. */
export interface Halt {
  status: Exclude<RunStatus, 'done'>;
  /** The step that ended it. */
  at: string;
  /** What else there is to say, one sentence. */
  why?: string;
  /** It ended because nobody could be asked. */
  unanswered?: boolean;
}

/** How a list of steps goes. */
export interface Course {
  /** The list around it: what halts that halts this. */
  outer: Course | undefined;
  halted: Halt | undefined;
  /** A failure that the playbook goes on after. */
  passed: { status: 'failed' | 'not-met'; at: string } | undefined;
}

/** A step that has acted: what taking it back needs. */
export interface Visit extends Begun {
  frame: Frame;
  place: Place;
}

/** What is handed down from step to step. */
export interface Flow {
  execution: Execution;
  course: Course;
  /** True while an earlier process's steps are only gone through once more: nothing is begun then, or recorded. */
  revisit: boolean;
  /** The steps that have acted so far, by id. */
  visits: Map<string, Visit>;
  /** Set when all that the run did is to be taken back once nothing runs any more. */
  undoAll: { at: string | undefined };
  /** Runs a list of steps by its graph. Says whether every one of them has ended. */
  runSteps(flow: Flow, frame: Frame, steps: readonly StepDefinition[], options: ListOptions): Promise<boolean>;
}

export interface ListOptions {
  /** How many run at the same time at most. */
  atOnce: number;
  /** Steps that say nothing of what they need begin at once. */
  sideBySide?: boolean;
}

/** How many steps of a playbook run at the same time, unless it says so itself. */
export const usualAtOnce = 4;

export function newCourse(outer?: Course): Course {
  return { outer, halted: undefined, passed: undefined };
}

export function haltOf({ halted, outer }: Course): Halt | undefined {
  return halted ?? (outer && haltOf(outer));
}

/** Halts the whole run, whatever the lists in between make of a failure. */
export function haltAll(course: Course, halt: Halt): void {
  course.halted ??= halt;
  if (course.outer) haltAll(course.outer, halt);
}

/** Notes a failure that is gone on after. A failure is worse than a check that was not met. */
export function pass(course: Course, status: 'failed' | 'not-met', at: string): void {
  if (course.passed?.status !== 'failed') course.passed = { status, at };
}
