import { Problem } from '../../base/errors.ts';
import type { StartOptions } from './start.ts';

/** What stands before a run until a person at the screen has said something. */
export type Gate =
  /** A workspace's own playbook acts outside the cluster: these are its steps. */
  | { kind: 'outside'; playbook: string; workspace: string; steps: readonly string[]; hash: string }
  /** The context is production: its name is to be typed. */
  | { kind: 'production'; context: string }
  /** Another run holds the system, and can be followed from here. */
  | { kind: 'held'; system: string; run: string; who: string }
  /** A dead run holds the system: its id is to be typed. */
  | { kind: 'dead'; system: string; run: string; who: string; why: string; resourceVersion: string };

/** What was said at the gates so far. */
export interface Passage extends Pick<StartOptions, 'confirmedContext' | 'takeOver'> {
  /** The hash of what was agreed to of the workspace's steps outside the cluster: what is there by then may be something else. */
  trust?: string;
}

/** Thrown where a run does not begin before a gate is passed. */
export class GateProblem extends Problem {
  readonly gate: Gate;

  constructor(gate: Gate) {
    super('The run waits for what only a person can say');
    this.gate = gate;
  }
}
